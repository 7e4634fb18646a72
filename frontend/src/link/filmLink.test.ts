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

  it("adds the scheme that people leave out", () => {
    expect(readFilmLink("films.example/a.mp4", "https:")).toMatchObject({
      source_url: "https://films.example/a.mp4",
    });
    expect(readFilmLink("//films.example:8443/a.mp4", "https:")).toMatchObject({
      source_url: "https://films.example:8443/a.mp4",
    });
    expect(readFilmLink("films.example:8443/a.mp4", "https:")).toMatchObject({
      source_url: "https://films.example:8443/a.mp4",
    });
  });

  it("says what is wrong with other links", () => {
    expect(readFilmLink("ftp://films.example/a.mp4", "https:")).toContain("isn’t a link");
    expect(readFilmLink("my holiday film", "https:")).toContain("isn’t a link");
    expect(readFilmLink("holiday", "https:")).toContain("isn’t a link");
    expect(readFilmLink("", "https:")).toContain("isn’t a link");
    expect(readFilmLink("https://ada:pw@films.example/a.mp4", "https:")).toContain("password");
  });

  it.each([
    ["https://www.youtube.com/watch?v=1", "YouTube plays only on its own site"],
    ["youtu.be/dQw4w9WgXcQ", "YouTube plays only on its own site"],
    ["https://m.youtube.com/watch?v=1", "YouTube plays only on its own site"],
    ["netflix.com/title/1", "Netflix plays only on its own site"],
    ["https://drive.google.com/file/d/1/view", "A Google Drive link opens a page"],
    ["https://www.dropbox.com/s/1/film", "A Dropbox link opens a page"],
    ["https://www.films.example/watch?v=1", "a page on films.example, not a film"],
    ["http://films.example/", "a page on films.example, not a film"],
    ["https://notyoutube.com/a", "a page on notyoutube.com, not a film"],
  ])("names the site of %s, and what works", (link, sentence) => {
    expect(readFilmLink(link, "https:")).toContain(sentence);
    expect(readFilmLink(link, "https:")).toMatch(/upload/);
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
