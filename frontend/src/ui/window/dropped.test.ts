import { expect, test } from "vitest";
import { contentOf, linkIn } from "./dropped";

test.each([
  ["https://films.example/a.mp4", "https://films.example/a.mp4"],
  ["  http://films.example \n", "http://films.example"],
  ["films.example/a.mp4", "films.example/a.mp4"],
  ["www.youtube.com", "www.youtube.com"],
  ["bücher.example/a.mp4", "bücher.example/a.mp4"],
])("%j is a link", (text, link) => {
  expect(linkIn(text)).toBe(link);
});

test.each(["", "hello", "see https://films.example/a.mp4", "e.g.", "3.5", "https://", "a b.c/d"])(
  "%j is not a link",
  (text) => {
    expect(linkIn(text)).toBeNull();
  },
);

function transfer(texts: Record<string, string>, files: File[] = []) {
  return { files, getData: (type: string) => texts[type] ?? "" };
}

test("files win over texts, and a list of addresses over plain text", () => {
  const film = new File(["x"], "a.mkv");
  expect(contentOf(transfer({ "text/plain": "https://a.example/b" }, [film]))).toEqual({
    files: [film],
    link: null,
  });
  const list = { "text/uri-list": "# from\r\nhttps://a.example/b\r\n", "text/plain": "Title" };
  expect(contentOf(transfer(list))).toEqual({ files: [], link: "https://a.example/b" });
});

test("other texts are nothing", () => {
  expect(contentOf(transfer({ "text/plain": "hello" }))).toBeNull();
  expect(contentOf(transfer({}))).toBeNull();
  expect(contentOf(null)).toBeNull();
});
