import { expect, test } from "vitest";
import {
  FLOAT_MS,
  NO_REACTIONS,
  type ReactionAmount,
  reactionCaption,
  withoutExpired,
  withReaction,
} from "./reactions";

const heart = { emoji: "❤️", by: "sofie", name: "Sofie" };

/** `people` react with the same emoji, one every `every_ms`. */
function crowd(people: number, every_ms: number, amount: ReactionAmount, emoji = "❤️") {
  let reactions = NO_REACTIONS;
  for (let person = 0; person < people; person += 1) {
    const reaction = { emoji, by: `p${person}`, name: `P${person}` };
    reactions = withReaction(reactions, reaction, 1000 + person * every_ms, amount);
  }
  return reactions;
}

test("a reaction appears with its author's name and expires", () => {
  const reactions = withReaction(NO_REACTIONS, heart, 1000, "all");
  expect(reactions.floating).toMatchObject([{ emoji: "❤️", names: ["Sofie"], count: 1 }]);
  expect(reactions.floating.map(reactionCaption)).toEqual(["Sofie"]);
  expect(withoutExpired(reactions, 1000 + FLOAT_MS - 1).floating).toHaveLength(1);
  expect(withoutExpired(reactions, 1000 + FLOAT_MS).floating).toHaveLength(0);
});

test("twelve hearts at once are one heart that counts them", () => {
  const { floating } = crowd(12, 10, "all");
  expect(floating).toHaveLength(1);
  expect(floating.map(reactionCaption)).toEqual(["×12"]);
});

test("other emoji, and equal ones that come later, are separate", () => {
  let reactions = crowd(2, 10, "all");
  reactions = withReaction(reactions, { ...heart, emoji: "😂" }, 1100, "all");
  reactions = withReaction(reactions, { ...heart, by: "max" }, 3000, "all");
  expect(reactions.floating.map(({ emoji, count }) => [emoji, count])).toEqual([
    ["❤️", 2],
    ["😂", 1],
    ["❤️", 1],
  ]);
});

test("a person's burst is thinned out, other people's reactions are not", () => {
  let reactions = withReaction(NO_REACTIONS, heart, 1000, "all");
  reactions = withReaction(reactions, heart, 1100, "all");
  reactions = withReaction(reactions, { ...heart, by: "max", name: "Max" }, 1100, "all");
  expect(reactions.floating).toMatchObject([{ count: 2, names: ["Sofie", "Max"] }]);
});

test("however many react, few are seen: nine of all, two of few, none if they are off", () => {
  expect(crowd(40, 1300, "all").floating.length).toBe(9);
  expect(crowd(40, 3300, "few").floating.length).toBe(2);
  expect(crowd(40, 1300, "off")).toBe(NO_REACTIONS);
});

test("they stay in the lane's columns", () => {
  expect(new Set(crowd(9, 1300, "all").floating.map(({ column }) => column))).toEqual(
    new Set([0, 1, 2]),
  );
  expect(crowd(9, 3300, "few").floating.every(({ column }) => column === 0)).toBe(true);
});
