/** Lists of the API, page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";

/** The shape of every list response. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface PageQuery {
  limit?: number;
  cursor?: string | null;
  [filter: string]: string | number | boolean | null | undefined;
}

interface PagesOptions<T> {
  refetchInterval?: (items: T[]) => number | false;
  filter?: PageQuery;
}

/** Reads a list, and more of it on request. */
export function usePages<T>(
  key: readonly unknown[],
  read: (query: PageQuery) => Promise<Page<T>>,
  { refetchInterval, filter }: PagesOptions<T> = {},
) {
  const pages = useInfiniteQuery({
    queryKey: [...key, filter],
    queryFn: ({ pageParam }) => read({ ...filter, limit: 50, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      refetchInterval?.(state.data?.pages.flatMap((page) => page.items) ?? []) ?? false,
  });
  return {
    items: pages.data?.pages.flatMap((page) => page.items) ?? [],
    isPending: pages.isPending,
    // A failed refetch leaves the items on the page; the next attempt is seconds away.
    error: pages.data ? null : pages.error,
    hasMore: pages.hasNextPage,
    isLoadingMore: pages.isFetchingNextPage,
    loadMore: () => void pages.fetchNextPage(),
    refetch: () => void pages.refetch(),
  };
}
