import { ErrorDetails, ErrorTypes } from "hls.js";
import { describe, expect, it } from "vitest";
import { reactionTo } from "./streamErrors";

const media = { fatal: true, type: ErrorTypes.MEDIA_ERROR };

describe("reactionTo", () => {
  it("gives up at once where the browser has no decoder, instead of recovering from it again and again", () => {
    for (const details of [
      ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
      ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR,
      ErrorDetails.BUFFER_ADD_CODEC_ERROR,
    ]) {
      expect(reactionTo({ ...media, details })).toBe("give_up");
    }
  });

  it("recovers from other media errors, retries network errors, and ignores what hls.js handles itself", () => {
    expect(reactionTo({ ...media, details: ErrorDetails.BUFFER_APPEND_ERROR })).toBe("recover");
    const network = { type: ErrorTypes.NETWORK_ERROR, details: ErrorDetails.FRAG_LOAD_ERROR };
    expect(reactionTo({ ...network, fatal: true })).toBe("retry");
    expect(reactionTo({ ...network, fatal: false })).toBe("nothing");
  });
});
