/**
 * Keeps the reactions that are in the air over the video. A full house applauding must stay
 * readable and cheap, so the oldest ones make room and a person's burst is thinned out.
 */
interface Flight {
  id: number;
  emoji: string;
  name: string;
  /** Where it rises, as a share of the video's width. */
  across: number;
  started_ms: number;
}

export const FLIGHT_MS = 3200;
const MAX_IN_THE_AIR = 24;
const MIN_GAP_MS = 250;

export interface Launch {
  emoji: string;
  by: string;
  name: string;
}

export interface Sky {
  flights: readonly Flight[];
  nextId: number;
  lastBy: ReadonlyMap<string, number>;
}

export const EMPTY_SKY: Sky = { flights: [], nextId: 1, lastBy: new Map() };

export function launch(sky: Sky, reaction: Launch, now_ms: number, across: number): Sky {
  const previous_ms = sky.lastBy.get(reaction.by);
  if (previous_ms !== undefined && now_ms - previous_ms < MIN_GAP_MS) return sky;
  const flight: Flight = {
    id: sky.nextId,
    emoji: reaction.emoji,
    name: reaction.name,
    across,
    started_ms: now_ms,
  };
  return {
    flights: [...sky.flights, flight].slice(-MAX_IN_THE_AIR),
    nextId: sky.nextId + 1,
    lastBy: new Map(sky.lastBy).set(reaction.by, now_ms),
  };
}

export function land(sky: Sky, now_ms: number): Sky {
  const flights = sky.flights.filter((flight) => now_ms - flight.started_ms < FLIGHT_MS);
  if (flights.length === sky.flights.length) return sky;
  const recent = [...sky.lastBy].filter(([, at_ms]) => now_ms - at_ms < MIN_GAP_MS);
  return { ...sky, flights, lastBy: new Map(recent) };
}

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
