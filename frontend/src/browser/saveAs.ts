/** Browsers read the file after the click, and a large one takes its time. */
const READ_WITHIN_MS = 60_000;

/** Hands a file to the browser's downloads. */
export function saveAs(filename: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN_MS);
}
