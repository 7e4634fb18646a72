/**
 * What an upload needs from the network. `xhrTransport` and `multipartTransport` are the browser's, one a protocol; the
 * tests have servers of their own.
 */

import type { UploadGrant } from "@/api/videos";

export interface Reply {
  status: number;
  range: string | null;
  retryAfter_ms: number | null;
  /** Chunks but the last are a multiple of this; where it is not said, of what `gcs-resumable` wants. */
  quantum_bytes?: number;
}

export interface StartReply extends Reply {
  /** The session, when the status is 201. */
  session: string | null;
}

/** Every call rejects with ConnectionLost when no answer came. */
export interface UploadTransport {
  start(grant: UploadGrant): Promise<StartReply>;
  ask(session: string, size: number, signal: AbortSignal): Promise<Reply>;
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
