import { describe, expect, it } from "vitest";
import { hasGrown, namedPlaylists } from "./masterPlaylist";

const FIRST = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",URI="a0/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=640x360,AUDIO="sound"
v360/index.m3u8
`;
const LATER = `${FIRST.replace("500000", "512345")}#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,AUDIO="sound"
v720/index.m3u8
`;

describe("namedPlaylists", () => {
  it("lists renditions and tracks", () => {
    expect(namedPlaylists(FIRST)).toEqual(["a0/index.m3u8", "v360/index.m3u8"]);
  });
});

describe("hasGrown", () => {
  it("sees a new rendition, and no new bandwidth", () => {
    const first = namedPlaylists(FIRST);
    expect(hasGrown(first, namedPlaylists(LATER))).toBe(true);
    expect(hasGrown(first, namedPlaylists(FIRST.replace("500000", "512345")))).toBe(false);
    expect(hasGrown(namedPlaylists(LATER), first)).toBe(false);
  });
});
