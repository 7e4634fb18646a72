/** The card that the server has put into the page of a room's link, for visitors with slow connections. */

import type { RoomCard } from "@/api/rooms";

/** The card in the page; undefined on other pages and for other rooms. */
export function embeddedCard(roomId: string): RoomCard | undefined {
  const facts = document.getElementById("room-card")?.textContent;
  if (!facts) return undefined;
  const card = JSON.parse(facts) as RoomCard;
  return card.id === roomId || new URL(card.url).pathname === `/r/${roomId}` ? card : undefined;
}

/** When the server wrote the card, in milliseconds since the epoch. */
export const embeddedAt_ms = () => performance.timeOrigin;

/** To be called as soon as the page itself shows something. */
export function removeSkeleton(): void {
  document.getElementById("skeleton")?.remove();
}

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
}

/** Whether the room may be loaded before the visitor has decided to join. */
export function mayPrefetch(connection: Connection | undefined): boolean {
  return connection?.saveData !== true && !/2g$/.test(connection?.effectiveType ?? "");
}

/** Runs `load` once nothing competes with the poster; never on a connection that must save data. */
export async function afterPoster(posterUrl: string | null, load: () => void): Promise<void> {
  const { connection } = navigator as { connection?: Connection };
  if (!mayPrefetch(connection)) return;
  if (posterUrl !== null) {
    const poster = new Image();
    poster.src = posterUrl;
    // Without a poster there is nothing to wait for either.
    await poster.decode().catch(() => {});
  }
  load();
}
