import { expect, test } from "vitest";
import { FLOAT_MS, NO_REACTIONS, withoutExpired, withReaction } from "./reactions";

const heart = { emoji: "❤️", by: "sofie", name: "Sofie" };

test("a reaction appears and expires", () => {
  const reactions = withReaction(NO_REACTIONS, heart, 1000, 0.4);
  expect(reactions.floating).toMatchObject([{ emoji: "❤️", name: "Sofie", across: 0.4 }]);
  expect(withoutExpired(reactions, 1000 + FLOAT_MS - 1).floating).toHaveLength(1);
  expect(withoutExpired(reactions, 1000 + FLOAT_MS).floating).toHaveLength(0);
});

test("a person's burst is thinned out, other people's reactions are not", () => {
  let reactions = withReaction(NO_REACTIONS, heart, 1000, 0.1);
  reactions = withReaction(reactions, heart, 1100, 0.2);
  reactions = withReaction(reactions, { ...heart, by: "max" }, 1100, 0.3);
  expect(reactions.floating.map((one) => one.across)).toEqual([0.1, 0.3]);
});

test("of too many reactions the newest are kept", () => {
  let reactions = NO_REACTIONS;
  for (let person = 0; person < 40; person++) {
    reactions = withReaction(reactions, { ...heart, by: `p${person}` }, 1000, person / 40);
  }
  expect(reactions.floating).toHaveLength(24);
  expect(reactions.floating.at(-1)?.across).toBe(39 / 40);
});
