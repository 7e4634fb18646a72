export function waitingSentence(names: readonly string[]): string {
  const [first, second, ...others] = names;
  if (first === undefined) return "";
  if (second === undefined) return `Waiting for ${first}`;
  if (others.length === 0) return `Waiting for ${first} and ${second}`;
  return `Waiting for ${first} and ${others.length + 1} others`;
}
