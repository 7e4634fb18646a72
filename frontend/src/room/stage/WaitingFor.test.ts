import { expect, test } from "vitest";
import { waitingSentence } from "./WaitingFor";

test.each([
  [[], ""],
  [["Max"], "Waiting for Max"],
  [["Max", "Ana"], "Waiting for Max and Ana"],
  [["Max", "Ana", "Li", "Bo"], "Waiting for Max and 3 others"],
])("%j → %s", (names, sentence) => {
  expect(waitingSentence(names)).toBe(sentence);
});
