import { expect, it } from "vitest";
import { newPlan, roomBody, suggestedName } from "./partyPlan";

it("suggests the day's film night", () => {
  expect(suggestedName(new Date(2026, 10, 20))).toBe("Friday film night");
});

it("leaves to the server what the person left empty", () => {
  const body = roomBody(newPlan("  ", { kind: "none" }), undefined);
  expect(JSON.parse(JSON.stringify(body))).toEqual({
    access: "open",
    control: "moderators",
    chat: true,
  });
});

it("asks for the rules that were chosen", () => {
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
