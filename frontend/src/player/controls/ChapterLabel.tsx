import { formatFilmTime } from "@/ui/filmTime";
import { Name } from "@/ui/Name";
import type { Chapter } from "./chapters";

/** A chapter in a list: its title, cut at its own end, and where it starts. */
export function ChapterLabel({ start_s, title }: Chapter) {
  return (
    <span className="flex w-[min(18rem,70vw)] grow items-center justify-between gap-4">
      <Name className="min-w-0">{title}</Name>
      <span className="shrink-0 text-sm text-muted tabular-nums">{formatFilmTime(start_s)}</span>
    </span>
  );
}
