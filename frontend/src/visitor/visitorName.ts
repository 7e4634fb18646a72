/** The name that this visitor goes by: remembered in this browser, or a suggestion that needs no typing. */

const KEY = "watchparty.name";

export function savedName(): string {
  try {
    const saved = localStorage.getItem(KEY);
    if (saved) return saved;
  } catch {
    // Storage is forbidden (private windows, blocked cookies): a new suggestion will do.
  }
  return suggestedName(Math.random);
}

export function saveName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Then the page suggests another name next time.
  }
}

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

/** `random` returns 0 ≤ x < 1, as Math.random does. */
export function suggestedName(random: () => number): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)];
  return `${pick(MOODS)} ${pick(ANIMALS)}`;
}
