/**
 * The six reactions, and those that rise beside the picture. Many at once must not bury a small screen: equal ones are
 * counted in one ("❤️ ×12"), they share a lane at the edge, and each viewer chooses how many they see. Pure.
 */
import { t } from "@lingui/core/macro";

/** all: each kind as it comes; few: one at a time; off: none. */
export type ReactionAmount = "all" | "few" | "off";

interface FloatingReaction {
  id: number;
  emoji: string;
  /** Who reacted, without repetition. */
  names: readonly string[];
  count: number;
  /** Its column in the lane, from the edge. */
  column: number;
  started_ms: number;
}

interface Rules {
  columns: number;
  most: number;
  /** Equal reactions within this time are one. */
  group_ms: number;
}

export const FLOAT_MS = 3200;
const MIN_GAP_MS = 250;
const RULES: Record<Exclude<ReactionAmount, "off">, Rules> = {
  all: { columns: 3, most: 9, group_ms: 1200 },
  few: { columns: 1, most: 2, group_ms: FLOAT_MS },
};

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
  amount: ReactionAmount,
): ActiveReactions {
  if (amount === "off") return before;
  const previous_ms = before.lastBy.get(reaction.by);
  if (previous_ms !== undefined && now_ms - previous_ms < MIN_GAP_MS) return before;
  const lastBy = new Map(before.lastBy).set(reaction.by, now_ms);
  const rules = RULES[amount];
  const group = before.floating.find(
    (one) => one.emoji === reaction.emoji && now_ms - one.started_ms < rules.group_ms,
  );
  if (group) {
    const grown = {
      ...group,
      count: group.count + 1,
      names: group.names.includes(reaction.name) ? group.names : [...group.names, reaction.name],
    };
    const floating = before.floating.map((one) => (one === group ? grown : one));
    return { ...before, floating, lastBy };
  }
  const added: FloatingReaction = {
    id: before.nextId,
    emoji: reaction.emoji,
    names: [reaction.name],
    count: 1,
    column: before.nextId % rules.columns,
    started_ms: now_ms,
  };
  return {
    floating: [...before.floating, added].slice(-rules.most),
    nextId: before.nextId + 1,
    lastBy,
  };
}

/** Removes the reactions that have floated long enough. */
export function withoutExpired(before: ActiveReactions, now_ms: number): ActiveReactions {
  const floating = before.floating.filter((one) => now_ms - one.started_ms < FLOAT_MS);
  if (floating.length === before.floating.length) return before;
  const recent = [...before.lastBy].filter(([, at_ms]) => now_ms - at_ms < MIN_GAP_MS);
  return { ...before, floating, lastBy: new Map(recent) };
}

/** Under the emoji: who reacted, or how many times if it was more than one. */
export function reactionCaption({
  names,
  count,
}: Pick<FloatingReaction, "names" | "count">): string {
  return count === 1 ? (names[0] ?? "") : `×${count}`;
}

/** The available emoji, with their names for screen readers. */
export const REACTIONS = ["❤️", "😂", "😮", "😢", "👏", "🔥"] as const;

const names = (): Record<string, string> => ({
  "❤️": t`love`,
  "😂": t`laughing`,
  "😮": t`surprised`,
  "😢": t`crying`,
  "👏": t`applause`,
  "🔥": t`fire`,
});

export function emojiName(emoji: string): string {
  return names()[emoji] ?? emoji;
}
