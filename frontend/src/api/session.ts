/**
 * Who is signed in here. The access token lives in this module's memory and nowhere else; the refresh cookie is the
 * browser's and never seen by scripts. A hint in localStorage says only that a refresh is worth trying, so that guests
 * do not begin with a refused call.
 */

import { create } from "zustand";
import { ApiError, NetworkError, toApiError } from "./errors";
import type { Schema } from "./schema";

interface SessionState {
  status: "unknown" | "anonymous" | "signed_in";
  account: Schema<"AccountView"> | null;
}

const HINT = "watchparty.signed_in";
/** A token this close to its end is renewed before it is used. */
const MARGIN_MS = 20_000;

export const useSession = create<SessionState>(() => ({ status: "unknown", account: null }));

let token: { value: string; expires_at_ms: number } | null = null;
let refreshing: Promise<boolean> | null = null;

export function signedIn(answer: Schema<"SignedIn">): void {
  token = { value: answer.access_token, expires_at_ms: Date.now() + answer.expires_in * 1000 };
  localStorage.setItem(HINT, "1");
  useSession.setState({ status: "signed_in", account: answer.account });
}

export function signedOut(): void {
  token = null;
  localStorage.removeItem(HINT);
  useSession.setState({ status: "anonymous", account: null });
}

/** After a change of the own profile. */
export function accountChanged(account: Schema<"AccountView">): void {
  useSession.setState({ account });
}

/** A token that is good for a call, or null for somebody without an account. */
export async function accessToken(): Promise<string | null> {
  if (token && token.expires_at_ms - Date.now() > MARGIN_MS) return token.value;
  await refresh();
  return token?.value ?? null;
}

/** Renews once, however many callers ask at the same time. False: nobody is signed in. */
export function refresh(): Promise<boolean> {
  refreshing ??= renew().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(): Promise<boolean> {
  if (!localStorage.getItem(HINT)) {
    signedOut();
    return false;
  }
  const response = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  }).catch(() => {
    throw new NetworkError();
  });
  if (response.ok) {
    signedIn((await response.json()) as Schema<"SignedIn">);
    return true;
  }
  const error = await toApiError(response);
  // Only a clear "no" ends the session; a server that restarts must not sign anybody out.
  if (error.status !== 401 && error.status !== 403) throw error;
  signedOut();
  return false;
}

/** Called once at start: settles `status`, and follows a sign-out in another tab. */
export async function restoreSession(): Promise<void> {
  window.addEventListener("storage", (event) => {
    if (event.key === HINT && event.newValue === null) signedOut();
  });
  try {
    await refresh();
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof NetworkError)) throw error;
    useSession.setState({ status: "anonymous", account: null });
  }
}
