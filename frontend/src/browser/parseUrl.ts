/** The URL, or null if the text is none. Safari has `URL.canParse` from version 17 on and `URL.parse` from 18 on. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
