import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { showToast } from "@/ui/Toast";

/** One of the administrator's changes: afterwards the list is read again and a word says that it worked. */
export function useAdminAction<T>(
  key: readonly unknown[],
  act: (what: T) => Promise<unknown>,
  done: string,
) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: key });
      showToast(done, { tone: "good" });
    },
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  return mutation.mutate;
}
