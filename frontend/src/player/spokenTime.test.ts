import { expect, it } from "vitest";
import { spokenTime } from "./spokenTime";

it("speaks of hours, minutes and seconds, and leaves out what is zero", () => {
  expect([0, 61.9, 190, 3600, 7325].map(spokenTime)).toEqual([
    "0 seconds",
    "1 minute 1 second",
    "3 minutes 10 seconds",
    "1 hour",
    "2 hours 2 minutes 5 seconds",
  ]);
});
