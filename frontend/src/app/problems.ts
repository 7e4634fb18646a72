/** What a refused page says: what happened, and the one thing to do next. */

import { ApiError, NetworkError, sentenceFor } from "@/api/errors";

export type NextStep = "home" | "retry" | "sign_in" | "library";

export interface ProblemText {
  title: string;
  text: string;
  next: NextStep;
}

const BY_STATUS: Record<number, ProblemText> = {
  401: { title: "Please sign in", text: "This page belongs to an account.", next: "sign_in" },
  403: {
    title: "This is not yours to see",
    text: "Your account may not open this page. Ask whoever runs this site if it should.",
    next: "home",
  },
  404: {
    title: "There is nothing here",
    text: "It may have been deleted, or the link is mistyped.",
    next: "home",
  },
  410: { title: "This link has been used up", text: "Ask for a new one.", next: "home" },
  413: { title: "That is too large", text: "Choose a smaller file.", next: "library" },
  429: { title: "That was a bit fast", text: "Wait a moment, then try again.", next: "retry" },
  503: { title: "Back in a moment", text: "The server is starting or very busy.", next: "retry" },
};

export function problemText(error: unknown): ProblemText {
  if (error instanceof NetworkError) {
    return { title: "No connection", text: error.detail, next: "retry" };
  }
  if (error instanceof ApiError && BY_STATUS[error.status])
    return BY_STATUS[error.status] as ProblemText;
  return { title: "That did not work", text: sentenceFor(error), next: "retry" };
}

export function requestIdOf(error: unknown): string | null {
  return error instanceof ApiError ? error.requestId : null;
}
