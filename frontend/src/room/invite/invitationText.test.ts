import { describe, expect, it } from "vitest";
import type { RoomInvitation } from "@/api/rooms";
import { expiryOf, expiryText, invitationText, usersText } from "./invitationText";

const invitation = (given: Partial<RoomInvitation> = {}): RoomInvitation => ({
  id: "i",
  email: null,
  role: "viewer",
  expires_at: null,
  max_uses: null,
  uses: 0,
  used_by: [],
  created_at: "2026-01-01T00:00:00Z",
  ...given,
});
const person = (name: string) => ({
  participant_id: name,
  name,
  joined_at: "2026-01-01T00:00:00Z",
});

describe("an invitation in the list", () => {
  it("says its role and how often it was used", () => {
    expect(invitationText(invitation())).toBe("Guest · not used yet");
    expect(invitationText(invitation({ role: "moderator", uses: 2 }))).toBe("Co-host · used 2×");
    expect(invitationText(invitation({ max_uses: 5, uses: 1 }))).toBe("Guest · 1 of 5 used");
  });

  it("says whether it has expired", () => {
    const now_ms = Date.parse("2026-01-02T12:00:00Z");
    expect(expiryText(invitation(), now_ms)).toBe("never expires");
    expect(expiryText(invitation({ expires_at: "2026-01-03T12:00:00Z" }), now_ms)).toMatch(
      /^expires /,
    );
    expect(expiryText(invitation({ expires_at: "2026-01-01T12:00:00Z" }), now_ms)).toMatch(
      /^expired /,
    );
  });

  it("names who joined, and counts those whom it does not name", () => {
    const used_by = [person("Max"), person("Lea")];
    expect(usersText(invitation())).toBe("");
    expect(usersText(invitation({ uses: 2, used_by }))).toBe("Joined: Max, Lea");
    expect(usersText(invitation({ uses: 5, used_by }))).toBe("Joined: Max, Lea and 3 more");
  });
});

describe("expiryOf", () => {
  it("is a moment, or never", () => {
    expect(expiryOf("day", Date.parse("2026-01-01T00:00:00Z"))).toBe("2026-01-02T00:00:00.000Z");
    expect(expiryOf("never", 0)).toBeNull();
  });
});
