import { expect, test } from "vitest";
import { cueAfter, cuesAt, pictureBox, readImageCues } from "./imageCues";

const cue = {
  begin_s: 1,
  end_s: 3,
  x: 0.25,
  y: 0.8,
  width: 0.5,
  height: 0.1,
  image: "subtitles-00000.png",
};

test("a cue is shown from its beginning until its end", () => {
  expect([0.9, 1, 2.9, 3].map((at) => cuesAt([cue], at).length)).toEqual([0, 1, 1, 0]);
});

test("the following cue is known before it is shown", () => {
  const next = { ...cue, begin_s: 5, end_s: 6 };
  expect([0, 1, 4.9, 5].map((at) => cueAfter([cue, next], at)?.begin_s)).toEqual([
    1,
    5,
    5,
    undefined,
  ]);
});

test("what is not a cue is left out of a list", () => {
  const elsewhere = ["https://example.org/a.png", "../other.png", "a.svg", 7];
  const wrong = [
    ...elsewhere.map((image) => ({ ...cue, image })),
    { ...cue, x: "1" },
    null,
    "text",
  ];
  expect(readImageCues({ cues: [cue, ...wrong] })).toEqual([cue]);
  expect([null, {}, { cues: 3 }, "text"].map(readImageCues)).toEqual([[], [], [], []]);
});

test("the picture is found between the bars beside or above it", () => {
  const wide = pictureBox({ width: 1000, height: 1000 }, { width: 16, height: 8 });
  expect(wide).toEqual({ left: 0, top: 250, width: 1000, height: 500 });
  const tall = pictureBox({ width: 1000, height: 500 }, { width: 1, height: 1 });
  expect(tall).toEqual({ left: 250, top: 0, width: 500, height: 500 });
  expect(pictureBox({ width: 10, height: 5 }, { width: 0, height: 0 })).toEqual({
    left: 0,
    top: 0,
    width: 10,
    height: 5,
  });
});
