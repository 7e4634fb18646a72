import { describe, expect, it, test } from "vitest";
import { formatFilmTime, parseFilmTime, spokenTime } from "./filmTime";

describe("formatFilmTime", () => {
  test.each([
    [0, "0:00"],
    [9.99, "0:09"],
    [724, "12:04"],
    [3599.999, "59:59"],
    [3723, "1:02:03"],
    [-3, "0:00"],
  ])("%d s is written %s", (position_s, written) => {
    expect(formatFilmTime(position_s)).toBe(written);
  });
});

describe("parseFilmTime", () => {
  test.each([
    ["12:04", 724],
    ["1:02:03", 3723],
    ["0:00", 0],
  ])("%s is %d s", (text, position_s) => {
    expect(parseFilmTime(text)).toBe(position_s);
  });

  test.each(["1204", "12:60", "1:60:00", "a:bc", "12:4"])(
    "%s is not a position in a film",
    (text) => {
      expect(parseFilmTime(text)).toBeNull();
    },
  );
});

it("spells out hours, minutes and seconds, and omits zeros", () => {
  expect([0, 61.9, 190, 3600, 7325].map(spokenTime)).toEqual([
    "0 seconds",
    "1 minute 1 second",
    "3 minutes 10 seconds",
    "1 hour",
    "2 hours 2 minutes 5 seconds",
  ]);
});
