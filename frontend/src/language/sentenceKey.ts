/** A short key of a sentence (FNV-1a, 32 bits, base 36): the catalogs of a build have translations by it. */
export function sentenceKey(sentence: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < sentence.length; index += 1) {
    hash = Math.imul(hash ^ sentence.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
