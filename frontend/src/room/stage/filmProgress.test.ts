import { expect, test } from "vitest";
import type { Upload } from "@/upload/upload";
import { arrival } from "./filmProgress";

const upload: Upload = {
  id: "u",
  video_id: "v",
  title: "Film",
  filename: "film.mkv",
  size: 400,
  phase: "uploading",
  sent: 101,
  pace: null,
  message: null,
};
const uploading = { status: "uploading", progress: 0 } as const;

test("whoever uploads sees how far it is", () => {
  expect(arrival(uploading, upload, "Sofie")).toMatchObject({
    headline: "Uploading 25%",
    share: 0.2525,
  });
});

test.each(["paused", "choose_file", "failed"] as const)(
  "an upload that is %s is not called uploading",
  (phase) => {
    const { headline, share } = arrival(uploading, { ...upload, phase }, "Sofie");
    expect(headline).not.toContain("Uploading");
    expect(share).toBe(0.2525);
  },
);

test("everybody else is told whose upload it is, without a number that nobody knows", () => {
  const { detail, share } = arrival(uploading, undefined, "Sofie");
  expect(detail).toContain("Sofie is uploading.");
  expect(share).toBeUndefined();
});

test("an upload that has arrived is being prepared, whatever the store says yet", () => {
  const done = { ...upload, sent: 400, phase: "done" } as const;
  expect(arrival(uploading, done, "Sofie").headline).toBe("Preparing the film");
});

test("preparing shows its share once there is one", () => {
  expect(arrival({ status: "processing", progress: 0.435 }, undefined, "Sofie")).toMatchObject({
    headline: "Preparing 43%",
    share: 0.435,
  });
  expect(arrival({ status: "queued", progress: 0 }, upload, "Sofie").share).toBeUndefined();
});
