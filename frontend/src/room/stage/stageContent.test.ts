import { expect, test } from "vitest";
import type { Film } from "@/api/rooms";
import type { Video } from "@/api/videos";
import { scene } from "./stageContent";

const film: Film = {
  id: "f",
  title: "Film",
  status: "ready",
  progress: 1,
  playable: true,
  duration_s: 60,
  playable_s: 60,
};
const coming = { ...film, status: "processing", playable: false } as const;
const pending = { ...coming, id: "p" } as unknown as Video;
const host = { pending: undefined, mayAdd: true };

test("before the room has answered nothing is claimed", () => {
  expect(scene({ film: undefined, ...host }).kind).toBe("unknown");
});

test("an empty room asks those who may add a film, and tells the others to wait", () => {
  expect(scene({ film: null, ...host }).kind).toBe("add");
  expect(scene({ film: null, ...host, mayAdd: false }).kind).toBe("nothing_yet");
});

test("a film shows as soon as its first part plays, also while the rest is made", () => {
  expect(scene({ film, ...host }).kind).toBe("film");
  expect(scene({ film: { ...film, status: "processing" }, ...host }).kind).toBe("film");
  expect(scene({ film: coming, ...host }).kind).toBe("arriving");
});

test("a running film is not covered by the next one on its way", () => {
  expect(scene({ film, pending, mayAdd: true }).kind).toBe("film");
  expect(scene({ film: null, pending, mayAdd: true })).toEqual({ kind: "arriving", film: pending });
});

test("a film that failed says so, unless a part of it can be watched", () => {
  expect(scene({ film: { ...coming, status: "failed" }, ...host }).kind).toBe("failed");
  expect(scene({ film: { ...film, status: "failed" }, ...host }).kind).toBe("film");
});
