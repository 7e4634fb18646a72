/**
 * How a call can fail.
 *
 *     ApiError       the server refused; `code` is stable and for programs, `detail` is a sentence for people
 *     NetworkError   no answer (offline, server unreachable, connection cut)
 */
import { t } from "@lingui/core/macro";
import { serverSentence } from "@/language/serverSentence";

export interface FieldError {
  /** JSON pointer into the request's body, e.g. "/email". */
  pointer: string;
  detail: string;
}

interface Problem {
  title?: string;
  code?: string;
  detail?: string;
  errors?: FieldError[];
  [extra: string]: unknown;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly fields: readonly FieldError[];

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly requestId: string | null = null,
    readonly retryAfter_s: number | null = null,
    readonly problem: Problem = {},
  ) {
    super(`${status} ${code}: ${detail}`);
    this.fields = problem.errors ?? [];
  }

  /** The error of one field of the body, by the field's name. */
  field(name: string): string | undefined {
    return this.fields.find((one) => one.pointer === `/${name}`)?.detail;
  }
}

export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code = "network";
  readonly detail = t`We can’t reach the server. Check your connection and try again.`;
}

export async function toApiError(response: Response): Promise<ApiError> {
  const problem = await readProblem(response);
  const code = problem.code ?? "unexpected_answer";
  const detail =
    problem.detail ?? problem.title ?? t`The server sent an unexpected response. Try again.`;
  const retryAfter = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    code,
    serverSentence(code, detail),
    response.headers.get("X-Request-Id"),
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
    problem,
  );
}

async function readProblem(response: Response): Promise<Problem> {
  if (!response.headers.get("Content-Type")?.includes("json")) return {};
  try {
    return (await response.json()) as Problem;
  } catch {
    // A proxy may announce JSON and send a page of its own.
    return {};
  }
}

/** Whether the same call may succeed later: no answer, too many requests, or a server error. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500;
  return error instanceof NetworkError;
}

/** The sentence to show for anything that was thrown. */
export function sentenceFor(error: unknown): string {
  if (error instanceof ApiError || error instanceof NetworkError) return error.detail;
  return t`Something went wrong on this page. Reload it and try again.`;
}
