/**
 * Adapts `s3-multipart` to the resumable state machine. A chunk is several parts that are sent at once; the stored range
 * is the one without a gap from the beginning; parts that are stored already are not sent again.
 *
 * A session is `s3-multipart:VIDEO:PART_BYTES`. It is no secret: the account decides who may upload.
 */

import { ApiError, NetworkError } from "@/api/errors";
import type { Schema } from "@/api/schema";
import { abortUpload, completeUpload, uploadParts } from "@/api/videos";
import { ConnectionLost, type Reply, type UploadTransport } from "./transport";
import { request } from "./xhrTransport";

const PARALLEL_PARTS = 4;

type Address = Schema<"PartAddressView">;

export interface MultipartNetwork {
  parts: typeof uploadParts;
  complete(video_id: string): Promise<unknown>;
  abort(video_id: string): Promise<unknown>;
  /** Resolves to the status; rejects with ConnectionLost if no answer arrived. */
  put(
    url: string,
    body: Blob,
    onProgress: (sent: number) => void,
    signal: AbortSignal,
  ): Promise<number>;
}

export function multipartTransport(network: MultipartNetwork): UploadTransport {
  async function progress(session: string, end: number, size: number): Promise<Reply> {
    const { video_id, part_bytes } = parseSession(session);
    if (end === size) {
      await network.complete(video_id);
      return reply(200);
    }
    const range = end === 0 ? null : `bytes=0-${end - 1}`;
    return { ...reply(308), range, quantum_bytes: PARALLEL_PARTS * part_bytes };
  }

  return {
    async start(grant) {
      const video_id = /\/videos\/([^/]+)\/upload/.exec(grant.start_url)?.[1] as string;
      let session: string | null = null;
      const answer = await toReply(async () => {
        const { part_size_bytes } = await network.parts(video_id, []);
        session = `s3-multipart:${video_id}:${part_size_bytes}`;
        return { ...reply(201), quantum_bytes: PARALLEL_PARTS * part_size_bytes };
      });
      return { ...answer, session };
    },

    query: (session, size) =>
      toReply(async () => {
        const { video_id, part_bytes } = parseSession(session);
        const stored = new Set((await network.parts(video_id, [])).stored);
        let contiguousParts = 0;
        while (stored.has(contiguousParts + 1)) contiguousParts += 1;
        return progress(session, Math.min(contiguousParts * part_bytes, size), size);
      }),

    send: (session, chunk, { from, size }, onProgress, signal) =>
      toReply(async () => {
        const { video_id, part_bytes } = parseSession(session);
        const first = from / part_bytes + 1;
        const count = Math.ceil(chunk.size / part_bytes);
        const numbers = Array.from({ length: count }, (_, index) => first + index);
        const parts = await network.parts(video_id, numbers);
        const bodyOf = ({ number, size_bytes }: Address) => {
          const begin = (number - first) * part_bytes;
          return chunk.slice(begin, begin + size_bytes);
        };
        await putAll(network, parts, bodyOf, onProgress, signal);
        return progress(session, from + chunk.size, size);
      }),

    async discard(session) {
      await network.abort(parseSession(session).video_id);
    },
  };
}

/** Uploads the missing parts, several at once, until all are stored or one is rejected. */
async function putAll(
  network: MultipartNetwork,
  parts: Schema<"PartsView">,
  bodyOf: (part: Address) => Blob,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { addresses } = parts;
  const sent = new Map<number, number>();
  const moved = (number: number, bytes: number) => {
    sent.set(number, bytes);
    onProgress([...sent.values()].reduce((sum, each) => sum + each, 0));
  };
  const stored = new Set(parts.stored);
  for (const part of addresses) if (stored.has(part.number)) moved(part.number, part.size_bytes);

  const waiting = addresses.filter(({ number }) => !stored.has(number));
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  const uploadWorker = async () => {
    for (let part = waiting.shift(); part && !stop.signal.aborted; part = waiting.shift()) {
      const { number, size_bytes, url } = part;
      const onPartProgress = (bytes: number) => moved(number, bytes);
      const status = await network.put(url, bodyOf(part), onPartProgress, stop.signal);
      if (status >= 300) throw new PartRefused(status);
      moved(number, size_bytes);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL_PARTS }, uploadWorker));
  } catch (error) {
    stop.abort(); // otherwise the others would continue unnoticed beside the next attempt
    throw error;
  }
}

class PartRefused extends Error {
  override readonly name = "PartRefused";
  constructor(readonly status: number) {
    super(`${status}`);
  }
}

function parseSession(session: string): { video_id: string; part_bytes: number } {
  const [, video_id, part_bytes] = session.split(":") as [string, string, string];
  return { video_id, part_bytes: Number(part_bytes) };
}

function reply(status: number, retryAfter_s: number | null = null): Reply {
  return { status, range: null, retryAfter_ms: retryAfter_s === null ? null : retryAfter_s * 1000 };
}

/** Maps errors to statuses that the state machine knows: already uploaded is 412, incomplete is 503 (query again). */
async function toReply(act: () => Promise<Reply>): Promise<Reply> {
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
