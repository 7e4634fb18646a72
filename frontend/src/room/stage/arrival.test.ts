import { describe, expect, test } from "vitest";
import type { Upload } from "@/upload/upload";
import { arrival } from "./arrival";

const upload: Upload = {
  id: "u",
  video_id: "v",
  title: "Film",
  filename: "film.mkv",
  size: 4_000_000_000,
  phase: "uploading",
  sent: 1_000_000_000,
  pace: { bytes_per_s: 5_000_000, left_s: 600 },
  message: null,
};
const uploading = { status: "uploading", progress: 0 } as const;

describe("while it uploads", () => {
  test("whoever uploads sees share, amount, speed and time left", () => {
    expect(arrival(uploading, upload, "Sofie")).toEqual({
      headline: "Uploading 25 %",
      detail: "1.0 GB of 4.0 GB · 40 Mbit/s · 10 min left",
      share: 0.25,
    });
  });

  test("everybody else is told whose upload it is", () => {
    const { detail, share } = arrival(uploading, undefined, "Sofie");
    expect(detail).toContain("Sofie is uploading it");
    expect(share).toBeUndefined();
  });

  test("an interrupted line is explained in place of the speed", () => {
    const waiting = { ...upload, phase: "waiting", message: "Interrupted." } as const;
    expect(arrival(uploading, waiting, "Sofie").detail).toBe("Interrupted.");
  });

  test.each([
    ["paused", "Paused at 25 %"],
    ["choose_file", "Stopped at 25 %"],
    ["failed", "The upload has failed"],
  ] as const)("%s reads “%s”", (phase, headline) => {
    expect(arrival(uploading, { ...upload, phase }, "Sofie").headline).toBe(headline);
  });
});

describe("while it is prepared", () => {
  test("the share is shown once there is one", () => {
    expect(arrival({ status: "processing", progress: 0.435 }, undefined, "Sofie")).toMatchObject({
      headline: "Preparing 43 %",
      share: 0.435,
    });
    expect(arrival({ status: "queued", progress: 0 }, undefined, "Sofie").share).toBeUndefined();
  });
});
