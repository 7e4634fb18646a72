/** Each upload by its own protocol. Most sites speak one; the other is fetched when an upload asks for it. */

import { ConnectionLost, type UploadTransport } from "./transport";
import { xhrTransport } from "./xhrTransport";

/** Sessions of `s3-multipart` begin with its name; the others are addresses. */
async function speaking(protocolOrSession: string): Promise<UploadTransport> {
  if (!protocolOrSession.startsWith("s3-multipart")) return xhrTransport;
  try {
    return (await import("./multipartTransport")).browserMultipart;
  } catch {
    throw new ConnectionLost("import");
  }
}

export const browserTransport: UploadTransport = {
  start: async (grant) => (await speaking(grant.protocol)).start(grant),
  ask: async (session, ...rest) => (await speaking(session)).ask(session, ...rest),
  send: async (session, ...rest) => (await speaking(session)).send(session, ...rest),
  discard: async (session) => (await speaking(session)).discard(session),
};
