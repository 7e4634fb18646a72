import { type CallOptions, call } from "./client";
import type { Page } from "./page";
import { accountChanged, signedIn, signedOut } from "./session";

export interface Account {
  id: string;
  email: string | null;
  display_name: string;
  role: "admin" | "user";
  /** A host without sign-up: gone at `expires_at` unless claimed by registering. */
  temporary: boolean;
  expires_at: string | null;
  email_verified: boolean;
  preferences: Record<string, unknown>;
  created_at: string;
}

export interface SignedIn {
  access_token: string;
  expires_in: number;
  account: Account;
}

export interface Device {
  id: string;
  user_agent: string;
  created_at: string;
  last_used_at: string;
  current: boolean;
}

export interface Usage {
  used_bytes: number;
  quota_bytes: number;
  videos: number;
  rooms: number;
}

export interface ApiToken {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
}

export interface Credentials {
  email: string;
  password: string;
}

export interface Registration extends Credentials {
  display_name: string;
  invite?: string;
}

async function signInBy(path: string, body: unknown, options: CallOptions = {}): Promise<SignedIn> {
  const answer = await call<SignedIn>("POST", path, { anonymous: true, ...options, body });
  signedIn(answer);
  return answer;
}

export const login = (body: Credentials) => signInBy("/auth/login", body);

/** With a temporary account signed in, its bearer goes along: registering claims it. */
export const register = (body: Registration) =>
  signInBy("/auth/register", body, { anonymous: false });

export const startTemporary = (display_name?: string) =>
  signInBy("/auth/temporary", { display_name });

export const setupOpen = () => call<{ open?: boolean }>("GET", "/setup", { anonymous: true });

export const setUp = (body: Registration & { token: string }) => signInBy("/setup", body);

export async function logout(): Promise<void> {
  await call("POST", "/auth/logout", { anonymous: true, body: {} });
  signedOut();
}

export const forgotPassword = (email: string) =>
  call<void>("POST", "/auth/password/forgot", { anonymous: true, body: { email } });

export const resetPassword = (token: string, password: string) =>
  call<void>("POST", "/auth/password/reset", { anonymous: true, body: { token, password } });

/** Only the fields that are there change; a new address or password needs the current password. */
export interface ProfileChange {
  display_name?: string;
  email?: string;
  password?: string;
  current_password?: string;
  preferences?: Record<string, unknown>;
}

export async function changeProfile(body: ProfileChange): Promise<Account> {
  const account = await call<Account>("PATCH", "/auth/me", { body });
  accountChanged(account);
  return account;
}

/** A temporary account has no password to ask for. */
export async function deleteAccount(password?: string): Promise<void> {
  await call("DELETE", "/auth/me", { body: { password } });
  signedOut();
}

export const exportAccount = () => call<unknown>("GET", "/auth/me/export");

export const usage = () => call<Usage>("GET", "/auth/me/usage");

export const devices = () => call<Page<Device>>("GET", "/auth/me/sessions");

export const endDevice = (id: string) => call<void>("DELETE", `/auth/me/sessions/${id}`);

export const apiTokens = () => call<Page<ApiToken>>("GET", "/auth/me/tokens");

export const createApiToken = (body: { name: string; scopes: string[] }) =>
  call<ApiToken & { token: string }>("POST", "/auth/me/tokens", { body });

export const deleteApiToken = (id: string) => call<void>("DELETE", `/auth/me/tokens/${id}`);
