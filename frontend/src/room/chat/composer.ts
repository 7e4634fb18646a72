/**
 * What is being written, kept outside the text field: it survives a change of tab or layout, and a
 * place in the film or a "reply" elsewhere on the page can put something into it.
 */
import { create } from "zustand";
import type { ChatLine } from "@/sync/roomState";

interface Composer {
  draft: string;
  replyTo: ChatLine | null;
  /** Counts wishes to have the cursor in the field. */
  focusWishes: number;
  write: (draft: string) => void;
  insert: (text: string) => void;
  reply: (line: ChatLine | null) => void;
  wishFocus: () => void;
  clear: () => void;
}

export const useComposer = create<Composer>((set) => ({
  draft: "",
  replyTo: null,
  focusWishes: 0,
  write: (draft) => set({ draft }),
  insert: (text) =>
    set(({ draft, focusWishes }) => ({
      draft: draft.trim() === "" ? text : `${draft.trimEnd()} ${text}`,
      focusWishes: focusWishes + 1,
    })),
  reply: (replyTo) => set(({ focusWishes }) => ({ replyTo, focusWishes: focusWishes + 1 })),
  wishFocus: () => set(({ focusWishes }) => ({ focusWishes: focusWishes + 1 })),
  clear: () => set({ draft: "", replyTo: null }),
}));
