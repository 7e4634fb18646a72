import { useQuery } from "@tanstack/react-query";
import { useStage } from "./StageContext";
import { parseSprites, type Sprite } from "./sprites";

const NONE: Sprite[] = [];

/** The preview pictures, fetched when somebody first points at the bar. None is no misfortune. */
export function useSprites(): Sprite[] {
  const { media } = useStage();
  const url = media.spritesUrl ?? null;
  const { data } = useQuery({
    queryKey: ["sprites", url],
    enabled: url !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url ?? "", { signal });
      return answer.ok ? parseSprites(await answer.text(), answer.url) : NONE;
    },
  });
  return data ?? NONE;
}
