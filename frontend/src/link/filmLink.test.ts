import { describe, expect, it } from "vitest";
import { isPlaylist, readFilmLink } from "./filmLink";

describe("readFilmLink", () => {
  it("accepts a link that browsers play, with a title from its last path segment", () => {
    expect(readFilmLink(" https://films.example/My_first.film%20(2).MP4?x=1 ", "https:")).toEqual({
      source_url: "https://films.example/My_first.film%20(2).MP4?x=1",
      title: "My first film (2)",
    });
    expect(readFilmLink("https://films.example/.mp4", "https:")).toMatchObject({
      title: "films.example",
    });
    expect(readFilmLink("https://films.example/100%.mp4", "https:")).toMatchObject({
      title: "100%",
    });
  });

  it("says what is wrong with other links", () => {
    expect(readFilmLink("films.example/a.mp4", "https:")).toContain("https://");
    expect(readFilmLink("ftp://films.example/a.mp4", "https:")).toContain("https://");
    expect(readFilmLink("https://ada:pw@films.example/a.mp4", "https:")).toContain("password");
    expect(readFilmLink("https://films.example/watch?v=1", "https:")).toContain("upload");
  });

  it("refuses an http link on an https page only", () => {
    expect(readFilmLink("http://films.example/a.mp4", "https:")).toContain("starts with https://");
    expect(readFilmLink("http://films.example/a.mp4", "http:")).toMatchObject({ title: "a" });
  });
});

describe("isPlaylist", () => {
  it("distinguishes HLS from files", () => {
    const link = (source_url: string) => ({ source_url, title: "a" });
    expect(isPlaylist(link("https://films.example/a.M3U8?t=1"))).toBe(true);
    expect(isPlaylist(link("https://films.example/a.mp4?x=.m3u8"))).toBe(false);
  });
});
