import { expect, test } from "vitest";
import type { Upload } from "@/upload/upload";
import { filmProgress } from "./filmProgress";

const upload: Upload = {
  id: "u",
  video_id: "v",
  title: "Film",
  filename: "film.mkv",
  size: 400,
  phase: "uploading",
  sent: 101,
  speed: null,
  message: null,
};
const uploading = { status: "uploading", progress: 0 } as const;

test("the uploader sees the progress", () => {
  expect(filmProgress(uploading, upload, "Sofie")).toMatchObject({
    headline: "Uploading 25%",
    share: 0.2525,
  });
});

test("guests see the uploader's progress once it is known", () => {
  const guest = filmProgress({ ...uploading, progress: 0.375 }, undefined, "Sofie");
  expect(guest).toMatchObject({ headline: "Uploading 37%", share: 0.375 });
  expect(guest.detail).toContain("Sofie is uploading.");
  expect(filmProgress(uploading, undefined, "Sofie").share).toBeUndefined();
});

test.each(["paused", "choose_file", "failed"] as const)(
  "an upload that is %s is not called uploading",
  (phase) => {
    const { headline, share } = filmProgress(uploading, { ...upload, phase }, "Sofie");
    expect(headline).not.toContain("Uploading");
    expect(share).toBe(0.2525);
  },
);

test("others see whose upload it is, without a number", () => {
  const { detail, share } = filmProgress(uploading, undefined, "Sofie");
  expect(detail).toContain("Sofie is uploading.");
  expect(share).toBeUndefined();
});

test("a finished upload is being prepared, whatever the API still says", () => {
  const done = { ...upload, sent: 400, phase: "done" } as const;
  expect(filmProgress(uploading, done, "Sofie").headline).toBe("Preparing the film");
});

test("preparing shows its share once there is one", () => {
  expect(filmProgress({ status: "processing", progress: 0.435 }, undefined, "Sofie")).toMatchObject(
    {
      headline: "Preparing 43%",
      share: 0.435,
    },
  );
  expect(filmProgress({ status: "queued", progress: 0 }, upload, "Sofie").share).toBeUndefined();
});
