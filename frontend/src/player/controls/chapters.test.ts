import { describe, expect, it } from "vitest";
import { chapterAt, chaptersOf, marksOf, neighbourOf } from "./chapters";

const chapter = (start_s: number, title = `from ${start_s}`) => ({ start_s, title });
const FILM = [chapter(0, "Opening"), chapter(20, "The chase"), chapter(40, "Credits")];

describe("chaptersOf", () => {
  it("sorts them and leaves out what is not within the film", () => {
    const listed = [chapter(40), chapter(-1), chapter(0), chapter(60), chapter(Number.NaN)];
    expect(chaptersOf(listed, 60).map(({ start_s }) => start_s)).toEqual([0, 40]);
  });

  it("keeps one of several with the same start", () => {
    const starts = chaptersOf([chapter(0), chapter(5), chapter(5)], 60);
    expect(starts.map(({ start_s }) => start_s)).toEqual([0, 5]);
  });

  it("has none for a film that is one chapter, or whose length is unknown", () => {
    expect(chaptersOf([chapter(0, "Film")], 60)).toEqual([]);
    expect(chaptersOf(FILM, 0)).toEqual([]);
    expect(chaptersOf([chapter(50, "Credits")], 60)).toHaveLength(1);
  });
});

describe("chapterAt", () => {
  it("is the last one that has begun, also if a seek settled just before it", () => {
    expect(chapterAt(FILM, 19)?.title).toBe("Opening");
    expect(chapterAt(FILM, 19.7)?.title).toBe("The chase");
    expect(chapterAt(FILM, 59)?.title).toBe("Credits");
    expect(chapterAt([chapter(50)], 3)).toBeNull();
  });
});

describe("neighbourOf", () => {
  it("goes to the next one, and not to the one that a seek has just reached", () => {
    expect(neighbourOf(FILM, 5, "next")).toBe(20);
    expect(neighbourOf(FILM, 19.8, "next")).toBe(40);
    expect(neighbourOf(FILM, 45, "next")).toBeNull();
  });

  it("goes back to the start of the current one first, and soon after it to the one before", () => {
    expect(neighbourOf(FILM, 30, "previous")).toBe(20);
    expect(neighbourOf(FILM, 21, "previous")).toBe(0);
    expect(neighbourOf([chapter(50)], 10, "previous")).toBe(0);
  });

  it("does nothing in a film without chapters", () => {
    expect(neighbourOf([], 30, "previous")).toBeNull();
    expect(neighbourOf([], 30, "next")).toBeNull();
  });
});

describe("marksOf", () => {
  it("marks each chapter but the film's start", () => {
    expect(marksOf(FILM, 80)).toEqual([0.25, 0.5]);
  });

  it("leaves out marks that would merge on the bar", () => {
    const many = Array.from({ length: 1000 }, (_, at) => chapter(at));
    expect(marksOf(many, 1000).length).toBeLessThanOrEqual(200);
  });
});
