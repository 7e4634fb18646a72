/** What a film has lost, in sentences with times. The server's are English; in other languages the page forms them. */
import { t } from "@lingui/core/macro";
import { currentLanguage } from "@/language/language";
import { formatFilmTime } from "@/ui/filmTime";
import { formatList, isolated } from "@/ui/format";
import type { Schema } from "./schema";
import type { Video } from "./videos";

type Loss = Schema<"Loss">;

/** `warnings` has the server's sentences, and what was reported before losses had a form of their own. */
export function lostSentences(film: Pick<Video, "losses"> & { warnings?: string[] }): string[] {
  const known = new Set(film.losses.map(({ message }) => message));
  const others = (film.warnings ?? []).filter((warning) => !known.has(warning));
  return [...new Set([...film.losses.map(sentence), ...others])];
}

function sentence(loss: Loss): string {
  if (currentLanguage() === "en") return loss.message;
  return translated(loss) ?? loss.message;
}

/** Null for a kind whose sentence says more than its fields. */
function translated({ kind, parts = [], track }: Loss): string | null {
  const [first] = parts;
  if (first === undefined) return null;
  if (kind === "end_missing") {
    const time = formatFilmTime(first.begin_s);
    return t`The film stops at ${time}, because the end of the file is missing.`;
  }
  const times = formatList(parts.map(({ begin_s, end_s }) => range(begin_s, end_s)));
  if (kind === "picture_missing") return t`The picture is missing: ${times}.`;
  if (kind !== "sound_missing") return null;
  if (track == null) return t`The sound is missing: ${times}.`;
  const label = isolated(track);
  return t`The sound of “${label}” is missing: ${times}.`;
}

function range(begin_s: number, end_s: number | null | undefined): string {
  const end = end_s == null ? "" : formatFilmTime(end_s);
  return isolated(`${formatFilmTime(begin_s)}–${end}`);
}
