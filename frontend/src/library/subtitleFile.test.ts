import { expect, it } from "vitest";
import { factsFrom, languageLabel } from "./subtitleFile";

it.each([
  ["film.de.srt", "de"],
  ["Film_EN.vtt", "en"],
  ["film.fr.forced.srt", "fr"],
  ["film.srt", "und"],
  ["film.hd.srt", "und"],
])("%s is in %s", (filename, language) => {
  expect(factsFrom(filename).language).toBe(language);
});

it("labels a language with its own name", () => {
  expect([languageLabel("de"), languageLabel("fr")]).toEqual(["Deutsch", "Français"]);
});
