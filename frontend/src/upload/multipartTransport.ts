/**
 * `s3-multipart` in the words of the resumable state machine: a chunk is several parts that go at once, what has arrived
 * is as much as is there from the beginning without a gap, and parts that are there already are not sent again.
 *
 * A session is `s3-multipart:VIDEO:PART_BYTES`, no secret: whoever may upload is known by the account.
 */

import { ApiError, NetworkError } from "@/api/errors";
import type { Schema } from "@/api/schema";
import { abortUpload, completeUpload, uploadParts } from "@/api/videos";
import { ConnectionLost, type Reply, type UploadTransport } from "./transport";
import { request } from "./xhrTransport";

const AT_ONCE = 4;

type Address = Schema<"PartAddressView">;

export interface MultipartNetwork {
  parts: typeof uploadParts;
  complete(video_id: string): Promise<unknown>;
  abort(video_id: string): Promise<unknown>;
  /** Gives the status; rejects with ConnectionLost when no answer came. */
  put(
    url: string,
    body: Blob,
    onProgress: (sent: number) => void,
    signal: AbortSignal,
  ): Promise<number>;
}

export function multipartTransport(network: MultipartNetwork): UploadTransport {
  async function arrived(session: string, end: number, size: number): Promise<Reply> {
    const { video_id, part_bytes } = opened(session);
    if (end === size) {
      await network.complete(video_id);
      return reply(200);
    }
    const range = end === 0 ? null : `bytes=0-${end - 1}`;
    return { ...reply(308), range, quantum_bytes: AT_ONCE * part_bytes };
  }

  return {
    async start(grant) {
      const video_id = /\/videos\/([^/]+)\/upload/.exec(grant.start_url)?.[1] as string;
      let session: string | null = null;
      const answer = await answered(async () => {
        const { part_size_bytes } = await network.parts(video_id, []);
        session = `s3-multipart:${video_id}:${part_size_bytes}`;
        return { ...reply(201), quantum_bytes: AT_ONCE * part_size_bytes };
      });
      return { ...answer, session };
    },

    ask: (session, size) =>
      answered(async () => {
        const { video_id, part_bytes } = opened(session);
        const there = new Set((await network.parts(video_id, [])).stored);
        let whole = 0;
        while (there.has(whole + 1)) whole += 1;
        return arrived(session, Math.min(whole * part_bytes, size), size);
      }),

    send: (session, chunk, { from, size }, onProgress, signal) =>
      answered(async () => {
        const { video_id, part_bytes } = opened(session);
        const first = from / part_bytes + 1;
        const count = Math.ceil(chunk.size / part_bytes);
        const numbers = Array.from({ length: count }, (_, index) => first + index);
        const parts = await network.parts(video_id, numbers);
        const bodyOf = ({ number, size_bytes }: Address) => {
          const begin = (number - first) * part_bytes;
          return chunk.slice(begin, begin + size_bytes);
        };
        await putAll(network, parts, bodyOf, onProgress, signal);
        return arrived(session, from + chunk.size, size);
      }),

    async discard(session) {
      await network.abort(opened(session).video_id);
    },
  };
}

/** Puts what is not there yet, a few at once, until all of it is there or one is refused. */
async function putAll(
  network: MultipartNetwork,
  { addresses, stored }: Schema<"PartsView">,
  bodyOf: (part: Address) => Blob,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const sent = new Map<number, number>();
  const moved = (number: number, bytes: number) => {
    sent.set(number, bytes);
    onProgress([...sent.values()].reduce((sum, each) => sum + each, 0));
  };
  const there = new Set(stored);
  for (const part of addresses) if (there.has(part.number)) moved(part.number, part.size_bytes);

  const waiting = addresses.filter(({ number }) => !there.has(number));
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  const putOneByOne = async () => {
    for (let part = waiting.shift(); part && !stop.signal.aborted; part = waiting.shift()) {
      const { number, size_bytes, url } = part;
      const progress = (bytes: number) => moved(number, bytes);
      const status = await network.put(url, bodyOf(part), progress, stop.signal);
      if (status >= 300) throw new PartRefused(status);
      moved(number, size_bytes);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, putOneByOne));
  } catch (error) {
    stop.abort(); // or the others would go on, unseen, beside the next try
    throw error;
  }
}

class PartRefused extends Error {
  override readonly name = "PartRefused";
  constructor(readonly status: number) {
    super(`${status}`);
  }
}

function opened(session: string): { video_id: string; part_bytes: number } {
  const [, video_id, part_bytes] = session.split(":") as [string, string, string];
  return { video_id, part_bytes: Number(part_bytes) };
}

function reply(status: number, retryAfter_s: number | null = null): Reply {
  return { status, range: null, retryAfter_ms: retryAfter_s === null ? null : retryAfter_s * 1000 };
}

/** Refusals as the status that the state machine knows: what is there already is 412, what is to be asked about 503. */
async function answered(act: () => Promise<Reply>): Promise<Reply> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof NetworkError) throw new ConnectionLost("api");
    if (error instanceof PartRefused) return reply(error.status);
    if (!(error instanceof ApiError)) throw error;
    const known: Record<string, number> = { already_uploaded: 412, upload_incomplete: 503 };
    return reply(known[error.code] ?? error.status, error.retryAfter_s);
  }
}

export const browserMultipart = multipartTransport({
  parts: uploadParts,
  complete: completeUpload,
  abort: abortUpload,
  put: async (url, body, onProgress, signal) =>
    (await request("PUT", url, { headers: {}, body, onProgress, signal })).status,
});
