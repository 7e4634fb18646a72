import { create } from "zustand";
import type { ReactionAmount } from "./reactions";

const KEY = "watchparty.reactions";

/** A phone has little picture to give away. */
const fallback = (): ReactionAmount =>
  matchMedia("(max-width: 40rem), (max-height: 30rem)").matches ? "few" : "all";

interface AmountState {
  amount: ReactionAmount;
  setAmount: (amount: ReactionAmount) => void;
}

/** How many reactions this viewer sees, remembered on this device. */
export const useReactionAmount = create<AmountState>((set) => ({
  amount: saved() ?? fallback(),
  setAmount: (amount) => {
    set({ amount });
    try {
      localStorage.setItem(KEY, amount);
    } catch {
      // Storage is forbidden: then the choice lasts as long as the page.
    }
  },
}));

function saved(): ReactionAmount | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "all" || value === "few" || value === "off" ? value : null;
  } catch {
    return null;
  }
}
