/** How one signs in, registers and resets a password on this site: by our own accounts, or at Identity Platform. */

import {
  type Credentials,
  forgotPassword,
  login,
  type Registration,
  register,
} from "@/api/accounts";
import type { SiteConfig } from "@/api/siteConfig";

export interface Ways {
  signIn(body: Credentials): Promise<unknown>;
  signUp(body: Registration): Promise<unknown>;
  sendReset(email: string): Promise<unknown>;
}

const ours: Ways = { signIn: login, signUp: register, sendReset: forgotPassword };

export function waysOf(config: SiteConfig | undefined): Ways {
  const apiKey = config?.identity_api_key;
  if (!apiKey) return ours;
  const platform = () => import("./identityPlatform");
  return {
    signIn: async (body) => (await platform()).signIn(apiKey, body),
    signUp: async (body) => (await platform()).signUp(apiKey, body),
    sendReset: async (email) => (await platform()).sendReset(apiKey, email),
  };
}
