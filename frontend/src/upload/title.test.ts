import { expect, test } from "vitest";
import { titleFrom } from "./title";

test.each([
  ["The.Long.Evening.2019.1080p.BluRay.x264-GROUP.mkv", "The Long Evening (2019)"],
  ["The Long Evening (2019) 1080p BluRay x264-GROUP.mkv", "The Long Evening (2019)"],
  ["The Long Evening (2019) [1080p] [WEBRip].mp4", "The Long Evening (2019)"],
  ["Blade.Runner.2049.2017.2160p.UHD.BluRay.x265.10bit.HDR.mkv", "Blade Runner 2049 (2017)"],
  ["1917.2019.WEB-DL.DDP5.1.Atmos.H.264.mkv", "1917 (2019)"],
  ["2012.1080p.mkv", "2012"],
  ["Spider-Man.2002.REMUX.mkv", "Spider-Man (2002)"],
  ["Show.S01E02.The.One.720p.HDTV.x264.mkv", "Show S01E02 The One"],
  ["[Group] Anime - 05 [1080p][ABCD1234].mkv", "Anime - 05"],
  ["Metropolis.1927.GERMAN.1080p.mkv", "Metropolis (1927)"],
  ["Amelie.EXTENDED.WEB.x264.mkv", "Amelie"],
])("%s is called %s", (filename, title) => {
  expect(titleFrom(filename)).toBe(title);
});

test.each([
  ["my.summer_film-2024.mkv", "my summer film-2024"],
  ["Holiday 2023.mp4", "Holiday 2023"],
  ["2001 A Space Odyssey.mkv", "2001 A Space Odyssey"],
  ["The Extended Family.mp4", "The Extended Family"],
  ["Charlotte's Web.mp4", "Charlotte's Web"],
  ["Web.mp4", "Web"],
  ["1080p.mkv", "1080p"],
  ["IMG_1234.MOV", "IMG 1234"],
  ["مساء طويل.mkv", "مساء طويل"],
  [".mkv", "Untitled"],
  ["film", "film"],
])("%s keeps what is no mark of a release: %s", (filename, title) => {
  expect(titleFrom(filename)).toBe(title);
});
