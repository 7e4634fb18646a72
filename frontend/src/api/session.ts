/**
 * Who is signed in. The access token is in this module's memory and nowhere else; the refresh token is in a cookie
 * that scripts cannot read. A hint in localStorage says only that a refresh is worth trying, so that guests do not
 * start with a rejected call.
 */

import { create } from "zustand";
import { storage } from "@/browser/storage";
import { ApiError, NetworkError, toApiError } from "./errors";
import type { Schema } from "./schema";

interface SessionState {
  status: "unknown" | "anonymous" | "signed_in";
  account: Schema<"AccountView"> | null;
}

const HINT = "watchparty.signed_in";
/** A token this close to its expiry is renewed before it is used. */
const MARGIN_MS = 20_000;

export const useSession = create<SessionState>(() => ({ status: "unknown", account: null }));

let token: { value: string; expires_at_ms: number } | null = null;
let refreshing: Promise<boolean> | null = null;

export function signedIn(answer: Schema<"SignedIn">): void {
  token = { value: answer.access_token, expires_at_ms: Date.now() + answer.expires_in * 1000 };
  storage.setItem(HINT, "1");
  useSession.setState({ status: "signed_in", account: answer.account });
}

export function signedOut(): void {
  token = null;
  storage.removeItem(HINT);
  useSession.setState({ status: "anonymous", account: null });
}

/** To be called after a change to the signed-in account. */
export function accountChanged(account: Schema<"AccountView">): void {
  useSession.setState({ account });
}

/** A valid access token, or null if no one is signed in. */
export async function accessToken(): Promise<string | null> {
  if (token && token.expires_at_ms - Date.now() > MARGIN_MS) return token.value;
  await refresh();
  return token?.value ?? null;
}

/** Renews the token, once for all concurrent callers. Resolves to false if no one is signed in. */
export function refresh(): Promise<boolean> {
  refreshing ??= renew().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(): Promise<boolean> {
  if (!storage.getItem(HINT)) {
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
  // Only a clear refusal ends the session; a restarting server must not sign anyone out.
  if (error.status !== 401 && error.status !== 403) throw error;
  signedOut();
  return false;
}

/** To be called once at start: determines `status`, and follows a sign-out in another tab. */
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
