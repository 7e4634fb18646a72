/** "Sofie and Max", "Sofie, Max and 3 more": the card knows a few first names and the total. */
export function whoIsIn(names: readonly string[], total: number): string {
  const shown = names.slice(0, 3);
  const more = total - shown.length;
  if (shown.length === 0) return total === 1 ? "One person is here" : `${total} people are here`;
  if (more > 0) return `${shown.join(", ")} and ${more} more are here`;
  const last = shown.at(-1);
  const others = shown.slice(0, -1);
  return others.length > 0 ? `${others.join(", ")} and ${last} are here` : `${last} is here`;
}
