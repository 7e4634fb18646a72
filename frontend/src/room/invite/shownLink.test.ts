import { expect, test } from "vitest";
import { isLocalOnly, shownLink } from "./shownLink";

test("the server's link wins, whether it names the host or not", () => {
  expect(shownLink("/r/new", "http://home:8400/r/old")).toBe("http://home:8400/r/new");
  expect(shownLink("https://party.example/r/x", "http://home/r/x")).toBe(
    "https://party.example/r/x",
  );
});

test("the page's own address is passed on without anybody's secret", () => {
  expect(shownLink(undefined, "http://home/r/x?name=Max#invite=secret")).toBe("http://home/r/x");
});

test.each([
  ["http://localhost:8400/r/x", true],
  ["http://127.0.0.1:8400/r/x", true],
  ["http://[::1]/r/x", true],
  ["http://192.168.1.20:8400/r/x", false],
  ["https://party.example/r/x", false],
])("%s is for this computer only: %s", (link, only) => {
  expect(isLocalOnly(link)).toBe(only);
});
