import { expect, test } from "vitest";
import { inviteSecret } from "./inviteSecret";

test("the secret is taken from the fragment", () => {
  expect(inviteSecret("#invite=s3cret-_")).toBe("s3cret-_");
});

test("no fragment, an empty one or another one hold no secret", () => {
  expect(inviteSecret("")).toBeUndefined();
  expect(inviteSecret("#")).toBeUndefined();
  expect(inviteSecret("#token=x")).toBeUndefined();
});
