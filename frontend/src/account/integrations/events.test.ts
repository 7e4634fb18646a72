import { expect, it } from "vitest";
import type { Delivery } from "@/api/webhooks";
import { deliveryResult, deliveryTimes, eventName } from "./events";

const DELIVERY: Delivery = {
  id: "d",
  event: "video.ready",
  state: "delivered",
  attempts: 1,
  last_status: 204,
  created_at: "2026-11-30T12:00:00Z",
  due_at: "2026-11-30T12:05:00Z",
  body: {},
};

it("says what became of a delivery", () => {
  expect(deliveryResult(DELIVERY)).toBe("Delivered · answered 204");
  expect(deliveryResult({ ...DELIVERY, state: "failed", last_status: 500 })).toBe(
    "Failed · answered 500",
  );
  expect(deliveryResult({ ...DELIVERY, state: "waiting", last_status: null })).toBe(
    "Will retry · no answer",
  );
  expect(deliveryResult({ ...DELIVERY, state: "waiting", attempts: 0 })).toBe("Waiting");
});

it("names the next attempt only while there is one", () => {
  expect(deliveryTimes(DELIVERY)).not.toContain("next");
  expect(deliveryTimes({ ...DELIVERY, state: "waiting", attempts: 3 })).toMatch(
    /3 attempts · next /,
  );
});

it("names events in words, and unknown ones as they are", () => {
  expect(eventName("room.started")).toBe("A party starts");
  expect(eventName("test")).toBe("Test");
  expect(eventName("later.event")).toBe("later.event");
});
