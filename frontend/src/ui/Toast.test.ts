import { expect, test } from "vitest";
import { shownToasts } from "./Toast";

const news = { tone: "good" } as const;
const knock = {};
const failure = { tone: "danger" } as const;

test("three toasts at once on a wide screen, one on a phone", () => {
  expect(shownToasts([news, knock, news, news], false)).toHaveLength(3);
  expect(shownToasts([news, knock], true)).toEqual([news]);
  expect(shownToasts([], true)).toEqual([]);
});

test("on a phone, an error does not wait behind other toasts", () => {
  expect(shownToasts([news, knock, failure], true)).toEqual([failure]);
});
