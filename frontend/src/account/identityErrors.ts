/** Translates Identity Platform's errors into the page's own. Pure. */

import { t } from "@lingui/core/macro";
import { ApiError, NetworkError } from "@/api/errors";

const wrong = () => t`Wrong email or password.`;
const sentences = (): Record<string, string> => ({
  "auth/invalid-credential": wrong(),
  "auth/wrong-password": wrong(),
  "auth/user-not-found": wrong(),
  "auth/invalid-email": t`That isn’t an email address.`,
  "auth/missing-password": t`Enter a password.`,
  "auth/weak-password": t`That password is too easy to guess. Choose a longer one.`,
  "auth/password-does-not-meet-requirements": t`That password is too easy to guess. Choose a longer one.`,
  "auth/email-already-in-use": t`This address already has an account. Sign in instead.`,
  "auth/user-disabled": t`This account is suspended. Ask the admin.`,
  "auth/too-many-requests": t`Too many tries. Wait a few minutes and try again.`,
});

/** An ApiError or NetworkError for the library's errors; any other error unchanged. */
export function ownError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !code.startsWith("auth/")) return error;
  if (code === "auth/network-request-failed") return new NetworkError();
  const sentence = sentences()[code] ?? t`Sign-in is unavailable. Try again in a moment.`;
  return new ApiError(400, code, sentence);
}
