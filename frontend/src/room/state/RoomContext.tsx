/** Hands the room that the page is in to everything inside it. */

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { RoomState } from "@/sync/roomState";
import type { RoomSession } from "@/sync/session";

export interface RoomHere {
  roomId: string;
  session: RoomSession;
  /** The newest join token; calls about the room are made with it, by guests and accounts alike. */
  bearer: () => string;
}

const Context = createContext<RoomHere | null>(null);

export const RoomProvider = Context.Provider;

export function useRoom(): RoomHere {
  const here = useContext(Context);
  if (!here) throw new Error("useRoom is called outside a room");
  return here;
}

export function useRoomState<T>(select: (state: RoomState) => T): T {
  return useStore(useRoom().session.store, select);
}
