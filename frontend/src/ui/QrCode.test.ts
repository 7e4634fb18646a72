import { expect, test } from "vitest";
import { qrPath } from "./QrCode";

test("adjacent dark squares of a row become one stroke", () => {
  const grid = ["##.#", "....", "...#", "####"];
  const path = qrPath(4, (row, column) => grid[row]?.[column] === "#");
  expect(path).toBe("M0 0h2v1H0zM3 0h1v1H3zM3 2h1v1H3zM0 3h4v1H0z");
});
