/** What to do about an error that hls.js reports. Pure. */
import { type ErrorData, ErrorDetails, ErrorTypes } from "hls.js";

export type ErrorReaction = "nothing" | "retry" | "recover" | "give_up";

/** The browser has no decoder for the film, as Firefox has none for H.264 on some systems: no retry helps. */
const NO_DECODER = [
  ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
  ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR,
  ErrorDetails.BUFFER_ADD_CODEC_ERROR,
];

export function reactionTo({
  fatal,
  type,
  details,
}: Pick<ErrorData, "fatal" | "type" | "details">): ErrorReaction {
  if (!fatal) return "nothing";
  if (NO_DECODER.includes(details)) return "give_up";
  if (type === ErrorTypes.NETWORK_ERROR) return "retry";
  return type === ErrorTypes.MEDIA_ERROR ? "recover" : "give_up";
}
