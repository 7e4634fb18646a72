import { expect, it } from "vitest";
import { newPlan, roomBody, suggestedRoomName } from "./partyPlan";

it("suggests the day's film night", () => {
  expect(suggestedRoomName(new Date(2026, 10, 20))).toBe("Friday film night");
});

it("omits what was left empty, so that the server's defaults apply", () => {
  const body = roomBody(newPlan("  ", { kind: "none" }), undefined);
  expect(JSON.parse(JSON.stringify(body))).toEqual({
    access: "open",
    control: "moderators",
    chat: true,
  });
});

it("requests the chosen rules", () => {
  const plan = {
    ...newPlan("Ours", { kind: "none" }),
    access: "knock",
    password: "popcorn",
  } as const;
  expect(roomBody(plan, "v1")).toMatchObject({
    name: "Ours",
    video_id: "v1",
    access: "knock",
    password: "popcorn",
  });
});
