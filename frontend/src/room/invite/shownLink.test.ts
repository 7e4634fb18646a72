import { expect, test } from "vitest";
import { shownLink } from "./shownLink";

test("the server's link wins, whether it names the host or not", () => {
  expect(shownLink("/r/new", "http://home:8400/r/old")).toBe("http://home:8400/r/new");
  expect(shownLink("https://party.example/r/x", "http://home/r/x")).toBe(
    "https://party.example/r/x",
  );
});

test("the page's own address is passed on without anybody's secret", () => {
  expect(shownLink(undefined, "http://home/r/x?name=Max#invite=secret")).toBe("http://home/r/x");
});
