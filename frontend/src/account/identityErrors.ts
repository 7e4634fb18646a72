/** Translates Identity Platform's errors into the page's own. Pure. */

import { ApiError, NetworkError } from "@/api/errors";

const WRONG = "Wrong email or password.";
const SENTENCES: Record<string, string> = {
  "auth/invalid-credential": WRONG,
  "auth/wrong-password": WRONG,
  "auth/user-not-found": WRONG,
  "auth/invalid-email": "That isn’t an email address.",
  "auth/missing-password": "Enter a password.",
  "auth/weak-password": "That password is too easy to guess. Choose a longer one.",
  "auth/password-does-not-meet-requirements":
    "That password is too easy to guess. Choose a longer one.",
  "auth/email-already-in-use": "This address already has an account. Sign in instead.",
  "auth/user-disabled": "This account is suspended. Ask the admin.",
  "auth/too-many-requests": "Too many tries. Wait a few minutes and try again.",
};

/** An ApiError or NetworkError for the library's errors; any other error unchanged. */
export function ownError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !code.startsWith("auth/")) return error;
  if (code === "auth/network-request-failed") return new NetworkError();
  const sentence = SENTENCES[code] ?? "Sign-in is unavailable. Try again in a moment.";
  return new ApiError(400, code, sentence);
}
