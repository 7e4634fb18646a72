/**
 * What an upload needs from the network. `xhrTransport` and `multipartTransport` implement it, one per protocol; tests
 * use servers in memory.
 */

import type { UploadGrant } from "@/api/videos";

export interface Reply {
  status: number;
  range: string | null;
  retryAfter_ms: number | null;
  /** Every chunk but the last must be a multiple of this; by default, of the quantum of `gcs-resumable`. */
  quantum_bytes?: number;
}

export interface StartReply extends Reply {
  /** Set if the status is 201. */
  session: string | null;
}

/** Every call rejects with ConnectionLost if no answer arrived. */
export interface UploadTransport {
  start(grant: UploadGrant): Promise<StartReply>;
  query(session: string, size: number, signal: AbortSignal): Promise<Reply>;
  send(
    session: string,
    chunk: Blob,
    place: { from: number; size: number },
    onProgress: (sent: number) => void,
    signal: AbortSignal,
  ): Promise<Reply>;
  discard(session: string): Promise<void>;
}

export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}
