/** Gives the components of the room page the room they are in. */

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { RoomState } from "@/sync/roomState";
import type { RoomSession } from "@/sync/session";

export interface JoinedRoom {
  roomId: string;
  session: RoomSession;
  /** The current join token. Calls about the room use it, for guests and accounts alike. */
  bearer: () => string;
}

const Context = createContext<JoinedRoom | null>(null);

export const RoomProvider = Context.Provider;

export function useRoom(): JoinedRoom {
  const room = useContext(Context);
  if (!room) throw new Error("useRoom is called outside a room");
  return room;
}

export function useRoomState<T>(select: (state: RoomState) => T): T {
  return useStore(useRoom().session.store, select);
}
