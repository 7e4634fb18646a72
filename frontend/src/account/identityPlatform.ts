/**
 * Sign-in on sites whose accounts are at Google Identity Platform. Its library is loaded only there and keeps its state
 * in memory; an ID token is exchanged for the site's own session.
 */

import { initializeApp } from "@firebase/app";
import {
  type Auth,
  createUserWithEmailAndPassword,
  initializeAuth,
  inMemoryPersistence,
  sendEmailVerification,
  sendPasswordResetEmail,
  signInWithEmailAndPassword,
  type User,
  updateProfile,
} from "@firebase/auth";
import { t } from "@lingui/core/macro";
import { type Credentials, type Registration, signInByIdToken } from "@/api/accounts";
import { ApiError } from "@/api/errors";
import type { SecondStep } from "@/api/factors";
import { ownError } from "./identityErrors";

let auth: Auth | undefined;

function authOf(apiKey: string): Auth {
  auth ??= initializeAuth(initializeApp({ apiKey }), { persistence: inMemoryPersistence });
  return auth;
}

export async function signIn(apiKey: string, credentials: Credentials): Promise<SecondStep | null> {
  const { user, idToken } = await provenUser(apiKey, credentials);
  return exchange(user, idToken);
}

/** A new ID token, for the password. */
export async function newIdToken(apiKey: string, credentials: Credentials): Promise<string> {
  return (await provenUser(apiKey, credentials)).idToken;
}

async function provenUser(apiKey: string, { email, password }: Credentials) {
  const { user } = await withOwnErrors(signInWithEmailAndPassword(authOf(apiKey), email, password));
  return { user, idToken: await withOwnErrors(user.getIdToken()) };
}

export async function signUp(apiKey: string, body: Registration): Promise<void> {
  const { user } = await withOwnErrors(
    createUserWithEmailAndPassword(authOf(apiKey), body.email, body.password),
  );
  await withOwnErrors(updateProfile(user, { displayName: body.display_name }));
  // Only a new token contains the name that was just set.
  await exchange(user, await withOwnErrors(user.getIdToken(true)), body.invite ?? undefined);
  await withOwnErrors(sendEmailVerification(user));
}

export async function sendReset(apiKey: string, email: string): Promise<void> {
  await withOwnErrors(sendPasswordResetEmail(authOf(apiKey), email));
}

async function exchange(user: User, idToken: string, invite?: string): Promise<SecondStep | null> {
  try {
    return await signInByIdToken(idToken, invite);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "invitation_needed") || user.emailVerified)
      throw error;
    // The site's administrator needs no invitation, but must verify the address.
    await withOwnErrors(sendEmailVerification(user));
    throw new ApiError(
      403,
      "address_not_verified",
      t`Check your email and open the link to confirm your address, then sign in here.`,
    );
  }
}

async function withOwnErrors<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw ownError(error);
  }
}
