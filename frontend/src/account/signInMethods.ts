/** How users sign in, register and reset a password on this site: with local accounts, or at Identity Platform. */

import {
  type Credentials,
  forgotPassword,
  login,
  type Registration,
  register,
} from "@/api/accounts";
import type { SecondStep } from "@/api/factors";
import type { SiteConfig } from "@/api/siteConfig";

export interface SignInMethods {
  /** Resolves to the second step that the account asks for, null when signed in. */
  signIn(body: Credentials): Promise<SecondStep | null>;
  signUp(body: Registration): Promise<unknown>;
  sendReset(email: string): Promise<unknown>;
}

const local: SignInMethods = { signIn: login, signUp: register, sendReset: forgotPassword };

export function signInMethods(config: SiteConfig | undefined): SignInMethods {
  const apiKey = config?.identity_api_key;
  if (!apiKey) return local;
  const platform = () => import("./identityPlatform");
  return {
    signIn: async (body) => (await platform()).signIn(apiKey, body),
    signUp: async (body) => (await platform()).signUp(apiKey, body),
    sendReset: async (email) => (await platform()).sendReset(apiKey, email),
  };
}
