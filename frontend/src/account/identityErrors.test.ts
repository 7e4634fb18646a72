import { expect, test } from "vitest";
import { ApiError, NetworkError, sentenceFor } from "@/api/errors";
import { ownError } from "./identityErrors";

test.each([
  ["auth/invalid-credential", "Wrong email or password"],
  ["auth/email-already-in-use", "already"],
  ["auth/user-disabled", "suspended"],
  ["auth/something-new", "unavailable"],
])("%s becomes a sentence for people", (code, part) => {
  expect(sentenceFor(ownError({ code }))).toContain(part);
});

test("a network failure is not a refusal", () => {
  expect(ownError({ code: "auth/network-request-failed" })).toBeInstanceOf(NetworkError);
});

test("an unknown account and a wrong password give the same sentence", () => {
  expect(sentenceFor(ownError({ code: "auth/user-not-found" }))).toBe(
    sentenceFor(ownError({ code: "auth/wrong-password" })),
  );
});

test("other errors pass unchanged", () => {
  const ours = new ApiError(403, "invitation_needed", "By invitation.");
  expect(ownError(ours)).toBe(ours);
});
