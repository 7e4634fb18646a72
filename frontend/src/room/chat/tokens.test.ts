import { describe, expect, test } from "vitest";
import { type Token, tokenise } from "./tokens";

const text = (value: string): Token => ({ kind: "text", text: value });
const link = (value: string, href = value): Token => ({ kind: "link", text: value, href });
const time = (value: string, position_s: number): Token => ({
  kind: "time",
  text: value,
  position_s,
});

describe("links", () => {
  test("only http and https become links", () => {
    expect(tokenise("javascript:alert(1) data:text/html,x ftp://a.example")).toEqual([
      text("javascript:alert(1) data:text/html,x ftp://a.example"),
    ]);
    expect(tokenise("http://a.example/ https://b.example/")).toEqual([
      link("http://a.example/"),
      text(" "),
      link("https://b.example/"),
    ]);
  });

  test("the end of the sentence does not belong to the URL", () => {
    expect(tokenise("look (https://a.example/x), ok?")).toEqual([
      text("look ("),
      link("https://a.example/x"),
      text("), ok?"),
    ]);
  });

  test("a bracket that the URL opened stays in it", () => {
    expect(tokenise("https://a.example/x_(y)")).toEqual([link("https://a.example/x_(y)")]);
  });

  test("markup is text, and cannot hide in a URL", () => {
    expect(tokenise('<img src=x onerror="1">')).toEqual([text('<img src=x onerror="1">')]);
    expect(tokenise('https://a.example/"onclick="x')[0]).toEqual(link("https://a.example/"));
  });

  test("a URL that disguises its host with a user name stays text", () => {
    expect(tokenise("https://bank.example@evil.example/")).toEqual([
      text("https://bank.example@evil.example/"),
    ]);
  });

  test("a port is not read as a film time", () => {
    expect(tokenise("http://a.example:8080/1:02")).toEqual([link("http://a.example:8080/1:02")]);
  });
});

describe("film times", () => {
  test("both notations are found inside a sentence", () => {
    expect(tokenise("at 4:05 and 1:02:03!")).toEqual([
      text("at "),
      time("4:05", 245),
      text(" and "),
      time("1:02:03", 3723),
      text("!"),
    ]);
  });

  test("scores, ratios and longer sequences of numbers are not film times", () => {
    expect(tokenise("3:1 99:99 1:2:3:44 1.2:30")).toEqual([text("3:1 99:99 1:2:3:44 1.2:30")]);
  });
});

test("control characters and direction overrides are removed, line breaks stay", () => {
  expect(tokenise("a\u202eb\u0007c\nd\u2066")).toEqual([text("abc\nd")]);
});
