import type { ChatLine } from "@/sync/roomState";

/** The message that another one answers, in one line. */
export function Quote({ line }: { line: ChatLine }) {
  return (
    <p className="mb-0.5 truncate border-l-2 border-line-strong pl-2 text-sm text-muted">
      <bdi className="font-medium">{line.name}</bdi>{" "}
      {line.deleted ? <i>Message deleted</i> : line.text}
    </p>
  );
}
