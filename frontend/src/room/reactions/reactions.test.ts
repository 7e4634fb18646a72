import { expect, test } from "vitest";
import { EMPTY_SKY, FLIGHT_MS, land, launch } from "./reactions";

const heart = { emoji: "❤️", by: "sofie", name: "Sofie" };

test("a reaction flies and lands", () => {
  const sky = launch(EMPTY_SKY, heart, 1000, 0.4);
  expect(sky.flights).toMatchObject([{ emoji: "❤️", name: "Sofie", across: 0.4 }]);
  expect(land(sky, 1000 + FLIGHT_MS - 1).flights).toHaveLength(1);
  expect(land(sky, 1000 + FLIGHT_MS).flights).toHaveLength(0);
});

test("a person's burst is thinned out, other people's reactions are not", () => {
  let sky = launch(EMPTY_SKY, heart, 1000, 0.1);
  sky = launch(sky, heart, 1100, 0.2);
  sky = launch(sky, { ...heart, by: "max" }, 1100, 0.3);
  expect(sky.flights.map((flight) => flight.across)).toEqual([0.1, 0.3]);
});

test("a full house keeps the newest", () => {
  let sky = EMPTY_SKY;
  for (let person = 0; person < 40; person++) {
    sky = launch(sky, { ...heart, by: `p${person}` }, 1000, person / 40);
  }
  expect(sky.flights).toHaveLength(24);
  expect(sky.flights.at(-1)?.across).toBe(39 / 40);
});
