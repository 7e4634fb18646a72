import { describe, expect, it } from "vitest";
import { hasGrown, listedPlaylists } from "./masterPlaylist";

const FIRST = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",URI="a0/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=640x360,AUDIO="sound"
v360/index.m3u8
`;
const LATER = `${FIRST.replace("500000", "512345")}#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,AUDIO="sound"
v720/index.m3u8
`;

describe("listedPlaylists", () => {
  it("lists renditions and tracks", () => {
    expect(listedPlaylists(FIRST)).toEqual(["a0/index.m3u8", "v360/index.m3u8"]);
  });
});

describe("hasGrown", () => {
  it("sees a new rendition, and ignores a changed bandwidth", () => {
    const first = listedPlaylists(FIRST);
    expect(hasGrown(first, listedPlaylists(LATER))).toBe(true);
    expect(hasGrown(first, listedPlaylists(FIRST.replace("500000", "512345")))).toBe(false);
    expect(hasGrown(listedPlaylists(LATER), first)).toBe(false);
  });
});
