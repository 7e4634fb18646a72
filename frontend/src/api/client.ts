/**
 * One call to the API: bearer token, JSON, problem responses, one retry after a refresh. It knows no endpoint; the
 * files beside it (accounts, rooms, videos, admin) do, and pages call those.
 */

import { type ApiError, NetworkError, toApiError } from "./errors";
import { askForProof, type ProofMethod } from "./proof";
import { accessToken, refresh } from "./session";

export interface CallOptions {
  /** Sent as JSON, except for a Blob. */
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  signal?: AbortSignal | undefined;
  /** A room's join token. Without it, the call is made as the signed-in account. */
  bearer?: string | undefined;
  /** Sends no bearer token: for signing in and setting up. */
  anonymous?: boolean;
  /** Makes a repeated POST harmless; use one key for all attempts to create the same thing. */
  idempotencyKey?: string | undefined;
  /** The answer is a file: T is Blob. */
  asFile?: boolean;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const BASE = "/api/v1";

export interface Answer<T> {
  status: number;
  data: T;
  requestId: string | null;
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  return (await callForAnswer<T>(method, path, options)).data;
}

/** For calls whose status matters, such as join (200 admitted, 202 waiting). */
export async function callForAnswer<T>(
  method: Method,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const asAccount = !options.anonymous && options.bearer === undefined;
  const bearer = asAccount ? await accessToken() : options.bearer;
  let response = await send(method, path, options, bearer ?? null);
  if (response.status === 401 && asAccount && bearer && (await refresh())) {
    response = await send(method, path, options, await accessToken());
  }
  if (!response.ok) {
    const error = await toApiError(response);
    const confirmed =
      asAccount && error.code === "step_up_needed" && (await askForProof(proofMethods(error)));
    if (!confirmed) throw error;
    response = await send(method, path, options, await accessToken());
    if (!response.ok) throw await toApiError(response);
  }
  return {
    status: response.status,
    data: options.asFile ? ((await response.blob()) as T) : await readBody<T>(response),
    requestId: response.headers.get("X-Request-Id"),
  };
}

function proofMethods(error: ApiError): ProofMethod[] {
  return Array.isArray(error.problem.methods) ? error.problem.methods : [];
}

async function send(
  method: Method,
  path: string,
  { body, query, signal, idempotencyKey }: CallOptions,
  bearer: string | null,
): Promise<Response> {
  const headers = new Headers({ Accept: "application/json", "X-Request-Id": randomId() });
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  if (idempotencyKey) headers.set("Idempotency-Key", idempotencyKey);
  const isFile = body instanceof Blob;
  if (body !== undefined) headers.set("Content-Type", isFile ? "text/plain" : "application/json");
  try {
    return await fetch(BASE + path + queryString(query), {
      method,
      headers,
      body: isFile ? body : body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NetworkError();
  }
}

async function readBody<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function queryString(query: CallOptions["query"]): string {
  const present = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  if (present.length === 0) return "";
  return `?${new URLSearchParams(present.map(([key, value]) => [key, String(value)]))}`;
}

/** 128 random bits in hex. `crypto.randomUUID` does not exist over plain http; `getRandomValues` does. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
