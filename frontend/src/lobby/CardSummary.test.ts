import { expect, test } from "vitest";
import { whoIsHere } from "./CardSummary";

test.each([
  [[], 1, "One person is here"],
  [[], 4, "4 people are here"],
  [["Sofie"], 1, "Sofie is here"],
  [["Sofie", "Max"], 2, "Sofie and Max are here"],
  [["Sofie", "Max", "Ana"], 3, "Sofie, Max and Ana are here"],
  [["Sofie", "Max", "Ana", "Li", "Bo"], 9, "Sofie, Max, Ana and 6 more are here"],
])("%j of %d: %s", (names, total, sentence) => {
  expect(whoIsHere(names, total)).toBe(sentence);
});
