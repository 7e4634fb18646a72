import { expect, test } from "vitest";
import { typingSentence } from "./ChatPanel";

test.each([
  [[], ""],
  [["Max"], "Max is typing…"],
  [["Max", "Ana"], "Max and Ana are typing…"],
  [["Max", "Ana", "Li"], "Several people are typing…"],
])("%j → %s", (names, sentence) => {
  expect(typingSentence(names)).toBe(sentence);
});
