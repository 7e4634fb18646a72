import { expect, test } from "vitest";
import { dueReports, type Reports } from "./progressReports";
import type { Upload } from "./upload";

const upload: Upload = {
  id: "u",
  video_id: "v",
  title: "Film",
  filename: "film.mkv",
  size: 1000,
  phase: "uploading",
  sent: 0,
  speed: null,
  message: null,
};

/** How many reports the steps of an upload cause. */
function reported(steps: Array<{ sent: number; at_ms: number }>, phase = upload.phase): number {
  let reports: Reports = new Map();
  let count = 0;
  for (const { sent, at_ms } of steps) {
    const { due, after } = dueReports([{ ...upload, phase, sent }], reports, at_ms);
    reports = after;
    count += due.length;
  }
  return count;
}

test("the first percent is reported at once, then one report in five seconds", () => {
  expect(reported([{ sent: 9, at_ms: 0 }])).toBe(0);
  expect(reported([{ sent: 10, at_ms: 0 }])).toBe(1);
  const steps = Array.from({ length: 101 }, (_, i) => ({ sent: 10 + i * 9, at_ms: i * 100 }));
  expect(reported(steps)).toBe(3);
});

test("a slow upload is reported by the percent", () => {
  const steps = Array.from({ length: 101 }, (_, i) => ({ sent: 10 + i / 2, at_ms: i * 10_000 }));
  expect(reported(steps)).toBe(6);
});

test.each(["paused", "done", "choose_file", "failed"] as const)(
  "nothing is reported while %s",
  (phase) => {
    expect(reported([{ sent: 500, at_ms: 0 }], phase)).toBe(0);
  },
);
