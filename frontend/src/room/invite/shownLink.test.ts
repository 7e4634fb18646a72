import { expect, test } from "vitest";
import { reachOf, shownLink } from "./shownLink";

test("the server's link takes precedence, relative or absolute", () => {
  expect(shownLink("/r/new", "http://home:8400/r/old")).toBe("http://home:8400/r/new");
  expect(shownLink("https://party.example/r/x", "http://home/r/x")).toBe(
    "https://party.example/r/x",
  );
});

test("the page's URL is shared without secrets", () => {
  expect(shownLink(undefined, "http://home/r/x?name=Max#invite=secret")).toBe("http://home/r/x");
});

test.each([
  ["http://localhost:8400/r/x", "this_machine"],
  ["http://127.0.0.1:8400/r/x", "this_machine"],
  ["http://[::1]/r/x", "this_machine"],
  ["http://192.168.1.20:8400/r/x", "network"],
  ["http://172.31.0.2/r/x", "network"],
  ["http://100.101.5.9/r/x", "network"],
  ["http://[fd00::2]:8400/r/x", "network"],
  ["http://[fe80::1]/r/x", "network"],
  ["http://cinema.local:8400/r/x", "network"],
  ["http://cinema:8400/r/x", "network"],
  ["http://172.32.0.2/r/x", "everywhere"],
  ["http://192.0.2.2/r/x", "everywhere"],
  ["http://[2001:db8::1]/r/x", "everywhere"],
  ["https://party.example/r/x", "everywhere"],
  ["https://10.example/r/x", "everywhere"],
] as const)("%s works on: %s", (link, reach) => {
  expect(reachOf(link)).toBe(reach);
});
