/** What can be dropped on the window or pasted into it: files, or one link. Pure. */

export interface Dropped {
  files: readonly File[];
  /** As it was pasted; only its shape has been checked. */
  link: string | null;
}

/** One address with a scheme, or one that people leave the scheme off: "films.example/a.mp4", "www.films.example". */
const LINK = /^(https?:\/\/\S+|www\.\S+\.\S+|[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+\/\S+)$/iu;

/** The link that a text consists of; null for any other text. */
export function linkIn(text: string): string | null {
  const trimmed = text.trim();
  return LINK.test(trimmed) ? trimmed : null;
}

type Transfer = Pick<DataTransfer, "getData"> & { files: ArrayLike<File> };

/** What a drop or the clipboard contains; null if there is nothing for this page in it. */
export function contentOf(transfer: Transfer | null): Dropped | null {
  if (transfer === null) return null;
  const files = Array.from(transfer.files);
  if (files.length > 0) return { files, link: null };
  // A list of addresses has comments, which start with #.
  const [first = ""] = transfer
    .getData("text/uri-list")
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"));
  const link = linkIn(first || transfer.getData("text/plain"));
  return link === null ? null : { files: [], link };
}
