import { i18n, type Messages } from "@lingui/core";
import { afterEach, expect, test } from "vitest";
import { lostSentences } from "./losses";

const german = import.meta.glob<{ messages: Messages }>("../language/catalogs/de.po");

async function useGerman(): Promise<void> {
  const [load] = Object.values(german);
  i18n.loadAndActivate({
    locale: "de",
    locales: ["de"],
    messages: (await load?.())?.messages ?? {},
  });
}

afterEach(() => i18n.loadAndActivate({ locale: "en", locales: ["en-GB"], messages: {} }));

const ENDS = "The sound ends at 0:03, before the film does.";
const CUT = "The film stops at 1:00, because the end of this file is missing.";
const SKIPPED = "The track “Kommentar” is damaged and was left out.";
const film = {
  losses: [
    { kind: "sound_missing", message: ENDS, parts: [{ begin_s: 3, end_s: 8 }] },
    { kind: "end_missing", message: CUT, parts: [{ begin_s: 60 }] },
    { kind: "track_skipped", message: SKIPPED, track: "Kommentar", parts: [] },
  ],
  warnings: [ENDS, CUT, SKIPPED, "An old warning."],
};

test("English has the server's sentences, each once", () => {
  expect(lostSentences(film)).toEqual([ENDS, CUT, SKIPPED, "An old warning."]);
});

test("other languages form them from the times, and keep what says more than that", async () => {
  await useGerman();
  expect(lostSentences(film).map((one) => one.replace(/[\u2068\u2069]/g, ""))).toEqual([
    "Der Ton fehlt: 0:03–0:08.",
    "Der Film endet bei 1:00, weil das Ende der Datei fehlt.",
    SKIPPED,
    "An old warning.",
  ]);
});

test("a lost picture and the sound of one of several tracks have their own sentences", async () => {
  await useGerman();
  const parts = [
    { begin_s: 3, end_s: 8 },
    { begin_s: 20, end_s: null },
  ];
  const losses = [
    { kind: "picture_missing", message: "", parts },
    { kind: "sound_missing", message: "", parts, track: "Original" },
  ];
  expect(lostSentences({ losses }).map((one) => one.replace(/[\u2068\u2069]/g, ""))).toEqual([
    "Das Bild fehlt: 0:03–0:08 und 0:20–.",
    "Der Ton von „Original“ fehlt: 0:03–0:08 und 0:20–.",
  ]);
});
