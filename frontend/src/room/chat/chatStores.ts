/**
 * What the chat keeps outside its components. The draft survives a change of tab or layout, and other parts of the page
 * can insert text or start a reply.
 */

import { create } from "zustand";
import type { ChatLine } from "@/sync/roomState";

interface Draft {
  text: string;
  replyTo: ChatLine | null;
  /** The text field should take the focus; it then calls `focused`. */
  wantsFocus: boolean;
  write: (text: string) => void;
  insert: (text: string) => void;
  reply: (line: ChatLine | null) => void;
  requestFocus: () => void;
  focused: () => void;
  clear: () => void;
}

export const useDraft = create<Draft>((set) => ({
  text: "",
  replyTo: null,
  wantsFocus: false,
  write: (text) => set({ text }),
  insert: (text) =>
    set((state) => ({
      text: state.text.trim() === "" ? text : `${state.text.trimEnd()} ${text}`,
      wantsFocus: true,
    })),
  reply: (replyTo) => set({ replyTo, wantsFocus: true }),
  requestFocus: () => set({ wantsFocus: true }),
  focused: () => set({ wantsFocus: false }),
  clear: () => set({ text: "", replyTo: null }),
}));

/** The visitor's chat settings, for the life of the page. */
interface ChatPreferences {
  /** Screen readers announce each new message. */
  announces: boolean;
  setAnnounces: (announces: boolean) => void;
}

export const useChatPreferences = create<ChatPreferences>((set) => ({
  announces: true,
  setAnnounces: (announces) => set({ announces }),
}));
