import { expect, test } from "vitest";
import { ApiError, NetworkError, sentenceFor } from "@/api/errors";
import { refusalOf } from "./identityRefusals";

test.each([
  ["auth/invalid-credential", "Wrong email or password"],
  ["auth/email-already-in-use", "already"],
  ["auth/user-disabled", "suspended"],
  ["auth/something-new", "unavailable"],
])("%s is a sentence for a person", (code, part) => {
  expect(sentenceFor(refusalOf({ code }))).toContain(part);
});

test("a line that is down is no refusal", () => {
  expect(refusalOf({ code: "auth/network-request-failed" })).toBeInstanceOf(NetworkError);
});

test("whether there is such an account is not told apart", () => {
  expect(sentenceFor(refusalOf({ code: "auth/user-not-found" }))).toBe(
    sentenceFor(refusalOf({ code: "auth/wrong-password" })),
  );
});

test("what is not the library's passes as it is", () => {
  const ours = new ApiError(403, "invitation_needed", "By invitation.");
  expect(refusalOf(ours)).toBe(ours);
});
