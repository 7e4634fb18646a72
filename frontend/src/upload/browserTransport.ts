/** Chooses the transport of each upload by its protocol. Most sites use one; the other is loaded on demand. */

import { ConnectionLost, type UploadTransport } from "./transport";
import { xhrTransport } from "./xhrTransport";

/** Sessions of `s3-multipart` start with its name; the others are URLs. */
async function transportFor(protocolOrSession: string): Promise<UploadTransport> {
  if (!protocolOrSession.startsWith("s3-multipart")) return xhrTransport;
  try {
    return (await import("./multipartTransport")).browserMultipart;
  } catch {
    throw new ConnectionLost("import");
  }
}

export const browserTransport: UploadTransport = {
  start: async (grant) => (await transportFor(grant.protocol)).start(grant),
  query: async (session, ...rest) => (await transportFor(session)).query(session, ...rest),
  send: async (session, ...rest) => (await transportFor(session)).send(session, ...rest),
  discard: async (session) => (await transportFor(session)).discard(session),
};
