import { type CallOptions, call } from "./client";
import type { Page } from "./pages";
import type { Schema } from "./schema";
import { accountChanged, signedIn, signedOut } from "./session";

/** `temporary`: a host without sign-up; deleted at `expires_at` unless claimed by registering. */
export type Account = Schema<"AccountView">;
type SignedIn = Schema<"SignedIn">;
type SecondStep = Schema<"SecondStep">;
export type Device = Schema<"SessionView">;
export type Usage = Schema<"UsageView">;
export type ApiToken = Schema<"TokenView">;
export type Scope = Schema<"TokenStart">["scopes"][number];

export type Credentials = Schema<"LoginBody">;
export type Registration = Schema<"RegisterBody">;
/** Only the given fields change. A new address or password requires the current password. */
export type ProfileChange = Schema<"MeChange">;

/** Signs in, or resolves to the second step that the account asks for. */
export async function signedInOrStep(
  path: string,
  body: unknown,
  options: CallOptions = {},
): Promise<SecondStep | null> {
  const answer = await call<SignedIn | SecondStep>("POST", path, {
    anonymous: true,
    ...options,
    body,
  });
  if ("ticket" in answer) return answer;
  signedIn(answer);
  return null;
}

export const login = (body: Credentials) => signedInOrStep("/auth/login", body);

/** Sent with the bearer token of a temporary account, if there is one: registering claims it. */
export const register = (body: Registration) =>
  signedInOrStep("/auth/register", body, { anonymous: false });

/** With a new ID token of the site's identity provider. */
export const signInByIdToken = (id_token: string, invite?: string) =>
  signedInOrStep("/auth/session", { id_token, invite });

export const startTemporary = (display_name?: string) =>
  signedInOrStep("/auth/temporary", { display_name });

export const setupOpen = () => call<Schema<"SetupState">>("GET", "/setup", { anonymous: true });

export const setUp = (body: Schema<"SetupBody">) => signedInOrStep("/setup", body);

export async function logout(): Promise<void> {
  await call("POST", "/auth/logout", { anonymous: true, body: {} });
  signedOut();
}

export const forgotPassword = (email: string) =>
  call<void>("POST", "/auth/password/forgot", { anonymous: true, body: { email } });

export const resetPassword = (token: string, password: string) =>
  call<void>("POST", "/auth/password/reset", { anonymous: true, body: { token, password } });

/** With the secret of a mailed link; needs no sign-in. */
export const verifyEmail = (token: string) =>
  call<void>("POST", "/auth/verify-email", { anonymous: true, body: { token } });

export async function changeProfile(body: ProfileChange): Promise<Account> {
  const account = await call<Account>("PATCH", "/auth/me", { body });
  accountChanged(account);
  return account;
}

/** A temporary account has no password. */
export async function deleteAccount(password?: string): Promise<void> {
  await call("DELETE", "/auth/me", { body: { password } });
  signedOut();
}

export const exportAccount = () => call<unknown>("GET", "/auth/me/export");

export const usage = () => call<Usage>("GET", "/auth/me/usage");

export const devices = () => call<Page<Device>>("GET", "/auth/me/sessions");

/** Ends every credential of the account, also the calling device's. */
export const signOutEverywhere = () => call<void>("DELETE", "/auth/me/sessions");

export const signOutDevice = (id: string) => call<void>("DELETE", `/auth/me/sessions/${id}`);

export const apiTokens = () => call<Page<ApiToken>>("GET", "/auth/me/tokens");

export const createApiToken = (body: Schema<"TokenStart">) =>
  call<Schema<"NewToken">>("POST", "/auth/me/tokens", { body });

export const deleteApiToken = (id: string) => call<void>("DELETE", `/auth/me/tokens/${id}`);
