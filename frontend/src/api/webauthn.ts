/**
 * Passkeys in the browser: turns the server's options into the browser's arguments and its answers into JSON. The
 * browsers' own `parse…OptionsFromJSON` and `toJSON` are newer than some browsers that we support.
 */

import { t } from "@lingui/core/macro";
import { ApiError } from "./errors";

/** PublicKeyCredentialCreationOptionsJSON or …RequestOptionsJSON, as the server sends them. */
type PasskeyOptions = Record<string, unknown>;

/** Lets the user create a passkey. Rejects with an ApiError that has a sentence for them. */
export async function createPasskey(options: PasskeyOptions): Promise<unknown> {
  const publicKey = parsed(options) as unknown as PublicKeyCredentialCreationOptions;
  return withSentences(async () => asJson(await navigator.credentials.create({ publicKey })));
}

/** Lets the user use one of their passkeys. */
export async function getPasskey(options: PasskeyOptions): Promise<unknown> {
  const publicKey = parsed(options) as unknown as PublicKeyCredentialRequestOptions;
  return withSentences(async () => asJson(await navigator.credentials.get({ publicKey })));
}

/** Why no passkey can be used on this page, in one sentence; null if one can. */
export function passkeyObstacle(passkeyOrigin: string | null): string | null {
  if (!window.isSecureContext) {
    return t`Browsers allow passkeys only over https, and this page was opened over plain http.`;
  }
  if (passkeyOrigin === null) {
    const { port } = window.location;
    return t`Browsers allow passkeys only at a name, not at a number: on the server itself, open http://localhost${port && `:${port}`} instead.`;
  }
  if (passkeyOrigin !== window.location.origin) {
    return t`Passkeys for this site work at ${passkeyOrigin} only.`;
  }
  if (!window.PublicKeyCredential) return t`This browser doesn’t support passkeys.`;
  return null;
}

function parsed(options: PasskeyOptions): PasskeyOptions {
  const user = options.user as { id: string } | undefined;
  const listed = (name: string) =>
    (options[name] as Array<{ id: string }> | undefined)?.map((one) => ({
      ...one,
      id: toBytes(one.id),
    }));
  const result: PasskeyOptions = { ...options, challenge: toBytes(String(options.challenge)) };
  if (user) result.user = { ...user, id: toBytes(user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    const credentials = listed(name);
    if (credentials) result[name] = credentials;
  }
  return result;
}

function asJson(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("", "NotAllowedError");
  const { id, rawId, type, response } = credential;
  const parts: Record<string, unknown> = { clientDataJSON: toText(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts.attestationObject = toText(response.attestationObject);
    parts.transports = response.getTransports?.() ?? [];
  } else if (response instanceof AuthenticatorAssertionResponse) {
    parts.authenticatorData = toText(response.authenticatorData);
    parts.signature = toText(response.signature);
    if (response.userHandle) parts.userHandle = toText(response.userHandle);
  }
  return { id, rawId: toText(rawId), type, response: parts };
}

async function withSentences<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const detail =
      error.name === "InvalidStateError"
        ? t`This device already has a passkey for your account.`
        : error.name === "NotAllowedError"
          ? t`No passkey was used. Try again, or choose another way.`
          : t`The browser couldn’t use a passkey here.`;
    throw new ApiError(0, "passkey_not_used", detail);
  }
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(content: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(content), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
