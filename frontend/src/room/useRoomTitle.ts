import { useEffect } from "react";

/** The browser's tab names the room, and counts what was said while one looked elsewhere. */
export function useRoomTitle(name: string | undefined, unread: number): void {
  useEffect(() => {
    if (name === undefined) return;
    const before = document.title;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    return () => {
      document.title = before;
    };
  }, [name, unread]);
}
