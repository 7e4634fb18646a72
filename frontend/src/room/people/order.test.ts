import { expect, test } from "vitest";
import type { Person } from "@/sync/protocol";
import { inOrder } from "./order";

const person = (id: string, name: string, role: Person["role"] = "viewer"): Person => ({
  id,
  name,
  role,
  state: "ok",
});

test("oneself comes first, then host, co-hosts and viewers by name", () => {
  const people = [
    person("1", "Zoe"),
    person("2", "Ana"),
    person("3", "Mod", "moderator"),
    person("4", "Host", "host"),
    person("5", "Me"),
  ];
  expect(inOrder(people, "5").map(({ name }) => name)).toEqual(["Me", "Host", "Mod", "Ana", "Zoe"]);
});

test("two of the same name keep their order", () => {
  const people = [person("b", "Ana"), person("a", "Ana")];
  expect(inOrder(people, undefined).map(({ id }) => id)).toEqual(["a", "b"]);
});
