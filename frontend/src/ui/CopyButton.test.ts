import { expect, test } from "vitest";
import { copyReport } from "./CopyButton";

test("text that could not be copied is reported as an error, because it may be shown only once", () => {
  expect(copyReport(true).tone).toBe("good");
  expect(copyReport(false).tone).toBe("danger");
});
