import { describe, expect, it } from "vitest";
import { bestLanguage, formattingTag } from "./language";

describe("the page's language", () => {
  it("is the first of the browser's languages that the page has, in any region", () => {
    expect(bestLanguage(["de-AT", "en"])).toBe("de");
    expect(bestLanguage(["nl", "pt-BR", "fr-CA", "en"])).toBe("fr");
    expect(bestLanguage(["AR-eg"])).toBe("ar");
  });

  it("is English for browsers that name no language of the page", () => {
    expect(bestLanguage(["nl", "xx-toString", "constructor"])).toBe("en");
    expect(bestLanguage([])).toBe("en");
  });

  it("formats by the visitor's region, English as it is written, and Arabic with the digits of timecodes", () => {
    expect(formattingTag("de", ["en-US", "de-AT", "de"])).toBe("de-AT");
    expect(formattingTag("ja", ["en-US"])).toBe("ja");
    expect(formattingTag("en", ["en-US"])).toBe("en-GB");
    expect(new Intl.NumberFormat(formattingTag("ar", ["ar-EG"])).format(12)).toBe("12");
  });
});
