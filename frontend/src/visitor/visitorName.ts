/**
 * Remembers the name a person goes by in this browser. Storage may be refused (private windows,
 * blocked cookies); then the name simply lives as long as the page.
 */

const KEY = "watchparty.name";

export function keptName(): string {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept) return kept;
  } catch {
    // No storage: a fresh suggestion is as good.
  }
  return friendlyName(Math.random);
}

export function keepName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Same: the name is asked for again next time.
  }
}

/** Invents the name that the join form suggests, so that nobody has to type anything to get in. */

const MOODS = [
  "Amber",
  "Breezy",
  "Bright",
  "Calm",
  "Clever",
  "Cosy",
  "Curious",
  "Dapper",
  "Gentle",
  "Golden",
  "Happy",
  "Jolly",
  "Lucky",
  "Mellow",
  "Merry",
  "Plucky",
  "Quiet",
  "Sunny",
  "Swift",
  "Velvet",
];

const ANIMALS = [
  "Badger",
  "Beaver",
  "Dolphin",
  "Falcon",
  "Finch",
  "Fox",
  "Heron",
  "Koala",
  "Lynx",
  "Marmot",
  "Otter",
  "Owl",
  "Panda",
  "Penguin",
  "Puffin",
  "Robin",
  "Seal",
  "Sparrow",
  "Tiger",
  "Walrus",
];

/** `random` answers 0 ≤ x < 1, as Math.random does. */
export function friendlyName(random: () => number): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)];
  return `${pick(MOODS)} ${pick(ANIMALS)}`;
}
