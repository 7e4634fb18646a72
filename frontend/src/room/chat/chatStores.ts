/**
 * What is being written, kept outside the text field: it survives a change of tab or layout, and a
 * place in the film or a "reply" elsewhere on the page can put something into it.
 */

import { create } from "zustand";
import type { ChatLine } from "@/sync/roomState";

interface Composer {
  draft: string;
  replyTo: ChatLine | null;
  /** The cursor is wanted in the field; the field that takes it says so by `granted`. */
  wantsFocus: boolean;
  write: (draft: string) => void;
  insert: (text: string) => void;
  reply: (line: ChatLine | null) => void;
  wishFocus: () => void;
  granted: () => void;
  clear: () => void;
}

export const useComposer = create<Composer>((set) => ({
  draft: "",
  replyTo: null,
  wantsFocus: false,
  write: (draft) => set({ draft }),
  insert: (text) =>
    set(({ draft }) => ({
      draft: draft.trim() === "" ? text : `${draft.trimEnd()} ${text}`,
      wantsFocus: true,
    })),
  reply: (replyTo) => set({ replyTo, wantsFocus: true }),
  wishFocus: () => set({ wantsFocus: true }),
  granted: () => set({ wantsFocus: false }),
  clear: () => set({ draft: "", replyTo: null }),
}));

/** How this person wants to hear from the chat; lives as long as the page. */
interface ChatPreferences {
  /** Screen readers read each new message aloud. */
  announces: boolean;
  setAnnounces: (announces: boolean) => void;
}

export const useChatPreferences = create<ChatPreferences>((set) => ({
  announces: true,
  setAnnounces: (announces) => set({ announces }),
}));
