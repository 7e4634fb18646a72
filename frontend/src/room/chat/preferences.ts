/** How this person wants to hear from the chat; lives as long as the page. */
import { create } from "zustand";

interface ChatPreferences {
  /** Screen readers read each new message aloud. */
  announces: boolean;
  setAnnounces: (announces: boolean) => void;
}

export const useChatPreferences = create<ChatPreferences>((set) => ({
  announces: true,
  setAnnounces: (announces) => set({ announces }),
}));
