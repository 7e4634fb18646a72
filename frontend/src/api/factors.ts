import { signedInOrStep } from "./accounts";
import { call } from "./client";
import type { Schema } from "./schema";
import { createPasskey, getPasskey } from "./webauthn";

export type Factors = Schema<"FactorsView">;
export type Passkey = Schema<"PasskeyView">;
export type SecondStep = Schema<"SecondStep">;
/** Exactly one field: what the user has to confirm with. */
export interface Proof {
  code?: string;
  recovery_code?: string;
  password?: string;
  id_token?: string;
  credential?: unknown;
}

type Options = Schema<"PasskeyOptions">;

export const factors = () => call<Factors>("GET", "/auth/me/factors");

/** Resolves to recovery codes if this is the account's first second factor. */
export async function addPasskey(name: string): Promise<string[] | null> {
  const { public_key } = await call<Options>("POST", "/auth/me/passkeys/challenge");
  const credential = await createPasskey(public_key);
  const body = { name, credential };
  return (await call<Schema<"NewPasskey">>("POST", "/auth/me/passkeys", { body })).recovery_codes;
}

export const renamePasskey = (id: string, name: string) =>
  call<Passkey>("PATCH", `/auth/me/passkeys/${id}`, { body: { name } });

export const removePasskey = (id: string) => call<void>("DELETE", `/auth/me/passkeys/${id}`);

export const startAuthenticator = () =>
  call<Schema<"AuthenticatorStart">>("POST", "/auth/me/authenticator");

/** Resolves to recovery codes as `addPasskey` does. */
export async function confirmAuthenticator(code: string): Promise<string[] | null> {
  const { recovery_codes } = await call<Schema<"RecoveryCodes">>(
    "POST",
    "/auth/me/authenticator/confirm",
    { body: { code } },
  );
  return recovery_codes;
}

export const removeAuthenticator = () => call<void>("DELETE", "/auth/me/authenticator");

export async function newRecoveryCodes(): Promise<string[]> {
  const { recovery_codes } = await call<Schema<"RecoveryCodes">>("POST", "/auth/me/recovery-codes");
  return recovery_codes ?? [];
}

/** Completes a sign-in. */
export const sendSecondStep = (ticket: string, proof: Proof) =>
  signedInOrStep("/auth/second-step", { ticket, ...proof });

export async function passkeyForTicket(ticket: string): Promise<Proof> {
  return { credential: await getPasskey(await signInOptions({ ticket })) };
}

/** Signs in with a passkey alone. */
export async function signInWithPasskey(): Promise<void> {
  const credential = await getPasskey(await signInOptions({}));
  await signedInOrStep("/auth/passkey", { credential });
}

export const sendStepUp = (proof: Proof) =>
  call<Schema<"Proven">>("POST", "/auth/step-up", { body: proof });

export async function passkeyForStepUp(): Promise<Proof> {
  const { public_key } = await call<Options>("POST", "/auth/step-up/challenge");
  return { credential: await getPasskey(public_key) };
}

async function signInOptions(body: Schema<"ChallengeBody">): Promise<Options["public_key"]> {
  const { public_key } = await call<Options>("POST", "/auth/passkey/challenge", {
    anonymous: true,
    body,
  });
  return public_key;
}
