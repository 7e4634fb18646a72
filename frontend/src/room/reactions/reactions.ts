/**
 * The six reactions, and those that float over the video. Many at once must stay readable and cheap, so the oldest ones
 * are dropped and a person's burst is thinned out. Pure.
 */

interface FloatingReaction {
  id: number;
  emoji: string;
  name: string;
  /** Its horizontal position, as a share of the video's width. */
  across: number;
  started_ms: number;
}

export const FLOAT_MS = 3200;
const MAX_FLOATING = 24;
const MIN_GAP_MS = 250;

interface NewReaction {
  emoji: string;
  by: string;
  name: string;
}

interface ActiveReactions {
  floating: readonly FloatingReaction[];
  nextId: number;
  lastBy: ReadonlyMap<string, number>;
}

export const NO_REACTIONS: ActiveReactions = { floating: [], nextId: 1, lastBy: new Map() };

export function withReaction(
  before: ActiveReactions,
  reaction: NewReaction,
  now_ms: number,
  across: number,
): ActiveReactions {
  const previous_ms = before.lastBy.get(reaction.by);
  if (previous_ms !== undefined && now_ms - previous_ms < MIN_GAP_MS) return before;
  const added: FloatingReaction = {
    id: before.nextId,
    emoji: reaction.emoji,
    name: reaction.name,
    across,
    started_ms: now_ms,
  };
  return {
    floating: [...before.floating, added].slice(-MAX_FLOATING),
    nextId: before.nextId + 1,
    lastBy: new Map(before.lastBy).set(reaction.by, now_ms),
  };
}

/** Removes the reactions that have floated long enough. */
export function withoutExpired(before: ActiveReactions, now_ms: number): ActiveReactions {
  const floating = before.floating.filter((one) => now_ms - one.started_ms < FLOAT_MS);
  if (floating.length === before.floating.length) return before;
  const recent = [...before.lastBy].filter(([, at_ms]) => now_ms - at_ms < MIN_GAP_MS);
  return { ...before, floating, lastBy: new Map(recent) };
}

/** The available emoji, with their names for screen readers. */
export const REACTIONS = [
  { emoji: "❤️", name: "love" },
  { emoji: "😂", name: "laughing" },
  { emoji: "😮", name: "surprised" },
  { emoji: "😢", name: "crying" },
  { emoji: "👏", name: "applause" },
  { emoji: "🔥", name: "fire" },
] as const;

export function emojiName(emoji: string): string {
  return REACTIONS.find((reaction) => reaction.emoji === emoji)?.name ?? emoji;
}
