/**
 * `gcs-resumable` over XMLHttpRequest, because fetch does not report upload progress. A request without progress for a
 * minute counts as lost: some networks drop packets without closing the connection.
 */

import { ConnectionLost, type Reply, type UploadTransport } from "./transport";

const STALL_MS = 60_000;

interface PutOptions {
  headers: Record<string, string>;
  body?: Blob;
  onProgress?: (sent: number) => void;
  signal?: AbortSignal;
}

/** Rejects with ConnectionLost if no answer arrived. */
export function request(method: string, url: string, options: PutOptions): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(options.headers)) xhr.setRequestHeader(name, value);

    const lost = () => reject(new ConnectionLost(method));
    let stall = setTimeout(() => xhr.abort(), STALL_MS);
    const moved = () => {
      clearTimeout(stall);
      stall = setTimeout(() => xhr.abort(), STALL_MS);
    };
    const abort = () => xhr.abort();
    options.signal?.addEventListener("abort", abort, { once: true });

    xhr.upload.onprogress = (event) => {
      moved();
      options.onProgress?.(event.loaded);
    };
    xhr.onload = () => resolve(xhr);
    xhr.onerror = lost;
    xhr.onabort = lost;
    xhr.onloadend = () => {
      clearTimeout(stall);
      options.signal?.removeEventListener("abort", abort);
    };
    xhr.send(options.body);
  });
}

function toReply(xhr: XMLHttpRequest): Reply {
  const retryAfter_s = Number(xhr.getResponseHeader("Retry-After"));
  return {
    status: xhr.status,
    range: xhr.getResponseHeader("Range"),
    retryAfter_ms: retryAfter_s > 0 ? retryAfter_s * 1000 : null,
  };
}

export const xhrTransport: UploadTransport = {
  async start(grant) {
    const xhr = await request("POST", grant.start_url, { headers: grant.headers });
    const location = xhr.getResponseHeader("Location");
    const session = location && new URL(location, new URL(grant.start_url, document.baseURI)).href;
    return { ...toReply(xhr), session };
  },

  async query(session, size, signal) {
    const headers = { "Content-Range": `bytes */${size}` };
    return toReply(await request("PUT", session, { headers, signal }));
  },

  async send(session, chunk, { from, size }, onProgress, signal) {
    const headers = { "Content-Range": `bytes ${from}-${from + chunk.size - 1}/${size}` };
    return toReply(await request("PUT", session, { headers, body: chunk, onProgress, signal }));
  },

  async discard(session) {
    await request("DELETE", session, { headers: {} });
  },
};
