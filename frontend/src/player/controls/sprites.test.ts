import { describe, expect, it } from "vitest";
import { parseSprites, spriteAt } from "./sprites";

const VTT = `WEBVTT

00:00.000 --> 00:10.000
sprites-0.jpg#xywh=0,0,160,90

00:10.000 --> 01:00:20.500
sprites-0.jpg#xywh=160,0,160,90
`;

describe("sprites", () => {
  const sprites = parseSprites(VTT, "http://watch.test/media/film/1/sprites.vtt");

  it("reads times, positions and URLs relative to the file", () => {
    expect(sprites).toHaveLength(2);
    expect(sprites[1]).toEqual({
      from_s: 10,
      to_s: 3620.5,
      url: "http://watch.test/media/film/1/sprites-0.jpg",
      x: 160,
      y: 0,
      width: 160,
      height: 90,
    });
    expect(parseSprites(VTT.replaceAll("\n", "\r\n"), "http://watch.test/")).toHaveLength(2);
  });

  it("finds the picture for a position, and none in an empty list", () => {
    expect(spriteAt(sprites, 12)?.x).toBe(160);
    expect(spriteAt(sprites, 9.9)?.x).toBe(0);
    expect(spriteAt([], 5)).toBeNull();
  });
});
