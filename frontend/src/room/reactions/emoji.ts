/** The six that fit under every film, with the words that stand for them when they are not seen. */
export const REACTIONS = [
  { emoji: "❤️", meaning: "love" },
  { emoji: "😂", meaning: "laughing" },
  { emoji: "😮", meaning: "surprised" },
  { emoji: "😢", meaning: "crying" },
  { emoji: "👏", meaning: "applause" },
  { emoji: "🔥", meaning: "fire" },
] as const;

export function meaningOf(emoji: string): string {
  return REACTIONS.find((reaction) => reaction.emoji === emoji)?.meaning ?? emoji;
}
