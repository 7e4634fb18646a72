import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Joined } from "@/api/rooms";
import { cacheJoinAnswer, playbackKey, roomKey } from "./roomFacts";

const playback = {
  manifest_url: "/media/f/1/master.m3u8",
  expires_at: "2030-01-01T00:00:00Z",
  expires_in_s: 300,
};
const answer = { status: "admitted", room: { id: "r", film: { id: "f" } }, playback };

test("the join answer fills the cache", () => {
  const queries = new QueryClient();
  cacheJoinAnswer(queries, "link", answer as Joined);
  expect(queries.getQueryData(roomKey("link"))).toBe(answer.room);
  expect(queries.getQueryData(playbackKey("link", "f"))).toBe(playback);
});

test("a waiting visitor gets nothing, and a room without a film no grant", () => {
  const queries = new QueryClient();
  cacheJoinAnswer(queries, "link", { status: "waiting" } as Joined);
  expect(queries.getQueryData(roomKey("link"))).toBeUndefined();
  const empty = { ...answer, room: { id: "r", film: null }, playback: null };
  cacheJoinAnswer(queries, "link", empty as unknown as Joined);
  expect(queries.getQueriesData({ queryKey: ["room", "link", "playback"] })).toEqual([]);
});
