import { t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sentenceFor } from "@/api/errors";
import { ProblemScreen } from "@/api/ProblemScreen";
import { type Page, type PageQuery, usePages } from "@/api/pages";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { LoadingScreen } from "@/ui/Spinner";
import { showToast } from "@/ui/Toast";

interface Column<T> {
  heading: string;
  cell: (row: T) => ReactNode;
  /** Numbers and actions are aligned right. */
  align?: "end";
}

interface PagedTableProps<T> {
  caption: string;
  queryKey: readonly unknown[];
  read: (query: PageQuery) => Promise<Page<T>>;
  columns: ReadonlyArray<Column<T>>;
  rowKey: (row: T) => string;
  empty: string;
}

export function PagedTable<T>({
  caption,
  queryKey,
  read,
  columns,
  rowKey,
  empty,
}: PagedTableProps<T>) {
  const list = usePages<T>(queryKey, read);
  if (list.error) return <ProblemScreen error={list.error} onRetry={list.refetch} />;
  if (list.isPending) return <LoadingScreen label={t`Loading`} />;
  if (list.items.length === 0) return <p className="py-16 text-center text-muted">{empty}</p>;
  return (
    <div className="flex flex-col gap-4">
      <section
        className="overflow-x-auto rounded-2xl bg-surface ring-1 ring-line"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
        tabIndex={0}
        aria-label={caption}
      >
        <table className="w-full text-start text-[0.9375rem]">
          <caption className="sr-only">{caption}</caption>
          <thead className="text-sm text-muted">
            <tr>
              {columns.map((column) => (
                <th key={column.heading} scope="col" className={cell(column)}>
                  {column.heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.items.map((row) => (
              <tr key={rowKey(row)} className="border-t border-line">
                {columns.map((column) => (
                  <td key={column.heading} className={cell(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {list.hasMore && (
        <Button className="self-center" busy={list.isLoadingMore} onClick={list.loadMore}>
          {t`Show more`}
        </Button>
      )}
    </div>
  );
}

function cell<T>({ align }: Column<T>): string {
  return cx(
    "px-4 py-2.5 font-normal whitespace-nowrap",
    align === "end" ? "text-end" : "text-start",
  );
}

/** A change to one row: afterwards the list is refetched and a toast confirms it. */
export function useRowAction<T>(
  key: readonly unknown[],
  run: (row: T) => Promise<unknown>,
  done: string,
) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: key });
      showToast(done, { tone: "good" });
    },
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  return mutation.mutate;
}
