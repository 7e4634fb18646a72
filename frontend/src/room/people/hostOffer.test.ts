import { describe, expect, it } from "vitest";
import type { HostOffer, You } from "@/sync/protocol";
import { offerSide, outcomeSentence } from "./hostOffer";

const offer: HostOffer = {
  by: { id: "ana", name: "Ana" },
  to: { id: "eva", name: "Eva" },
  until_ms: 1000,
};
const member = (id: string, role: You["role"]) => ({ participant_id: id, role }) as You;

describe("offerSide", () => {
  it("tells the two people whom the offer concerns apart, and shows others nothing", () => {
    expect(offerSide(offer, member("eva", "viewer"), 999)).toBe("received");
    expect(offerSide(offer, member("ana", "host"), 999)).toBe("made");
    expect(offerSide(offer, member("mo", "moderator"), 999)).toBeNull();
  });

  it("ends with the offer, and with its time", () => {
    expect(offerSide(null, member("eva", "viewer"), 0)).toBeNull();
    expect(offerSide(offer, member("eva", "viewer"), 1000)).toBeNull();
    expect(offerSide(offer, member("eva", "viewer"), null)).toBe("received");
  });
});

it("says that the offer came to nothing only to someone who is still the host", () => {
  expect(outcomeSentence(offer, member("ana", "host"))).toBe("Eva isn’t taking over as host.");
  expect(outcomeSentence(offer, member("ana", "moderator"))).toBeNull();
});
