import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Joined } from "@/api/rooms";
import { keepAnswer, playbackKey, roomKey } from "./roomFacts";

const playback = {
  manifest_url: "/media/f/1/master.m3u8",
  expires_at: "2030-01-01T00:00:00Z",
  expires_in_s: 300,
};
const answer = { status: "admitted", room: { id: "r", film: { id: "f" } }, playback };

test("the answer at the door is what the room begins with", () => {
  const queries = new QueryClient();
  keepAnswer(queries, "link", answer as Joined);
  expect(queries.getQueryData(roomKey("link"))).toBe(answer.room);
  expect(queries.getQueryData(playbackKey("link", "f"))).toBe(playback);
});

test("who waits learns nothing, and a room without a film has no place to play", () => {
  const queries = new QueryClient();
  keepAnswer(queries, "link", { status: "waiting" } as Joined);
  expect(queries.getQueryData(roomKey("link"))).toBeUndefined();
  const empty = { ...answer, room: { id: "r", film: null }, playback: null };
  keepAnswer(queries, "link", empty as unknown as Joined);
  expect(queries.getQueriesData({ queryKey: ["room", "link", "playback"] })).toEqual([]);
});
