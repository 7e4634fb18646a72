/**
 * Signing in where accounts are Google Identity Platform's: its own library, loaded only there. What it knows of the
 * person is kept in this page's memory alone; the session that lasts is ours, made of one ID token.
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
import { type Credentials, type Registration, signInByIdToken } from "@/api/accounts";
import { ApiError } from "@/api/errors";
import { refusalOf } from "./identityRefusals";

let known: Auth | undefined;

function authOf(apiKey: string): Auth {
  known ??= initializeAuth(initializeApp({ apiKey }), { persistence: inMemoryPersistence });
  return known;
}

export async function signIn(apiKey: string, { email, password }: Credentials): Promise<void> {
  const { user } = await answered(signInWithEmailAndPassword(authOf(apiKey), email, password));
  await exchange(user, await answered(user.getIdToken()));
}

export async function signUp(apiKey: string, body: Registration): Promise<void> {
  const auth = authOf(apiKey);
  const { user } = await answered(createUserWithEmailAndPassword(auth, body.email, body.password));
  await answered(updateProfile(user, { displayName: body.display_name }));
  // The name that was given just now is in the next token only.
  await exchange(user, await answered(user.getIdToken(true)), body.invite ?? undefined);
  await answered(sendEmailVerification(user));
}

export async function sendReset(apiKey: string, email: string): Promise<void> {
  await answered(sendPasswordResetEmail(authOf(apiKey), email));
}

async function exchange(user: User, idToken: string, invite?: string): Promise<void> {
  try {
    await signInByIdToken(idToken, invite);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "invitation_needed") || user.emailVerified)
      throw error;
    // Whoever runs the site needs no invitation, but has to show that the address is theirs.
    await answered(sendEmailVerification(user));
    throw new ApiError(
      403,
      "address_not_verified",
      "Check your email and open the link to confirm your address, then sign in here.",
    );
  }
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw refusalOf(error);
  }
}
