import { expect, test } from "vitest";
import { uploadRefusal } from "./preflight";

const unlimited = { max_upload_bytes: null, free_bytes: null };

test("a subtitle file is refused with the place where it belongs", () => {
  const srt = { name: "film.de.srt", size: 9, type: "application/x-subrip" };
  expect(uploadRefusal(srt, unlimited)).toMatch(/is a subtitle file.*library.*Subtitles/);
  const notes = { name: "notes.txt", size: 9, type: "text/plain" };
  expect(uploadRefusal(notes, unlimited)).toMatch(/isn’t a video/);
  expect(uploadRefusal({ name: "film.mkv", size: 9, type: "" }, unlimited)).toBeNull();
});
