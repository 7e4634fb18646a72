import { expect, test } from "vitest";
import type { Film } from "@/api/rooms";
import type { Video } from "@/api/videos";
import { stageContent } from "./stageContent";

const film: Film = {
  id: "f",
  title: "Film",
  status: "ready",
  progress: 1,
  playable: true,
  duration_s: 60,
  playable_s: 60,
  losses: [],
};
const unfinished = { ...film, status: "processing", playable: false } as const;
const pending = { ...unfinished, id: "p" } as unknown as Video;
const host = { pending: undefined, mayAdd: true, stopped: false };

test("before the room is loaded nothing is claimed", () => {
  expect(stageContent({ film: undefined, ...host }).kind).toBe("unknown");
});

test("an empty room offers to add a film to members who may, and tells others to wait", () => {
  expect(stageContent({ film: null, ...host }).kind).toBe("add_film");
  expect(stageContent({ film: null, ...host, mayAdd: false }).kind).toBe("no_film");
});

test("a film is shown as soon as its first part is playable", () => {
  expect(stageContent({ film, ...host }).kind).toBe("film");
  expect(stageContent({ film: { ...film, status: "processing" }, ...host }).kind).toBe("film");
  expect(stageContent({ film: unfinished, ...host }).kind).toBe("incoming");
});

test("a playing film is not covered by the next one", () => {
  expect(stageContent({ ...host, film, pending }).kind).toBe("film");
  expect(stageContent({ ...host, film: null, pending })).toEqual({
    kind: "incoming",
    film: pending,
  });
});

test("a failed film says so, unless a part of it is playable", () => {
  expect(stageContent({ film: { ...unfinished, status: "failed" }, ...host }).kind).toBe("failed");
  expect(stageContent({ film: { ...film, status: "failed" }, ...host }).kind).toBe("film");
});

test("while the site serves no films, a note takes the place of a playable one", () => {
  expect(stageContent({ ...host, film, stopped: true }).kind).toBe("stopped");
  expect(stageContent({ ...host, film: unfinished, stopped: true }).kind).toBe("incoming");
  expect(stageContent({ ...host, film: null, stopped: true }).kind).toBe("add_film");
});
