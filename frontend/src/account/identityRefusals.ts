/** What Identity Platform refuses, in our words. Pure. */

import { ApiError, NetworkError } from "@/api/errors";

const WRONG = "Address and password do not fit. Check both and try again.";
const SENTENCES: Record<string, string> = {
  "auth/invalid-credential": WRONG,
  "auth/wrong-password": WRONG,
  "auth/user-not-found": WRONG,
  "auth/invalid-email": "That is not an e-mail address.",
  "auth/missing-password": "Type a password.",
  "auth/weak-password": "That password is too easy to guess. Take a longer one.",
  "auth/password-does-not-meet-requirements":
    "That password is too easy to guess. Take a longer one.",
  "auth/email-already-in-use": "There is an account with this address already. Sign in instead.",
  "auth/user-disabled": "This account is suspended. Ask whoever runs this site.",
  "auth/too-many-requests": "That was too often. Wait a few minutes and try again.",
};

/** An ApiError or NetworkError for what the library throws; anything else as it is. */
export function refusalOf(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !code.startsWith("auth/")) return error;
  if (code === "auth/network-request-failed") return new NetworkError();
  const sentence = SENTENCES[code] ?? "Signing in is not possible now. Try again in a moment.";
  return new ApiError(400, code, sentence);
}
