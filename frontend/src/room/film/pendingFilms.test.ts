import { expect, test } from "vitest";
import { fateOf, savedFilms, withFilm } from "./pendingFilms";

test("each room has its own choice, which can be withdrawn", () => {
  const two = withFilm(withFilm({}, "ours", "v1"), "theirs", "v2");
  expect(two).toEqual({ ours: "v1", theirs: "v2" });
  expect(withFilm(two, "ours", "v3")).toMatchObject({ ours: "v3" });
  expect(withFilm(two, "ours", null)).toEqual({ theirs: "v2" });
});

test("what cannot be read is no choice", () => {
  expect(savedFilms(null)).toEqual({});
  expect(savedFilms("{")).toEqual({});
  expect(savedFilms("null")).toEqual({});
  expect(savedFilms('{"ours":"v1"}')).toEqual({ ours: "v1" });
});

test("a chosen film that fails is given up while another one is on, and stays on an empty stage", () => {
  const failed = { playable: false, status: "failed" };
  expect(fateOf(failed, true)).toBe("give_up");
  expect(fateOf(failed, false)).toBe("wait");
  expect(fateOf({ playable: false, status: "processing" }, true)).toBe("wait");
  expect(fateOf({ playable: true, status: "processing" }, true)).toBe("show");
  expect(fateOf(undefined, true)).toBe("wait");
});
