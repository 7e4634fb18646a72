import { describe, expect, it } from "vitest";
import { listedRooms } from "./listedRooms";

const remembered = (id: string, visited_at_ms: number) => ({
  id,
  name: `${id} here`,
  visited_at_ms,
});
const owned = (id: string, last_active_at: string) => ({
  id: `internal-${id}`,
  url: `https://watch.example/r/${id}`,
  name: `${id} now`,
  access: "open" as const,
  created_at: "2026-01-01T00:00:00Z",
  last_active_at,
});

describe("listedRooms", () => {
  it("adds the account's rooms that this browser does not know, newest first", () => {
    const rooms = listedRooms(
      [remembered("visited", Date.parse("2026-01-02T00:00:00Z"))],
      [owned("elsewhere", "2026-01-03T00:00:00Z"), owned("olderone", "2026-01-01T00:00:00Z")],
    );
    expect(rooms.map(({ id, own }) => [id, own])).toEqual([
      ["elsewhere", true],
      ["visited", false],
      ["olderone", true],
    ]);
  });

  it("lists a room once, with the name that it has now and the later of both times", () => {
    const visited_at_ms = Date.parse("2026-01-05T00:00:00Z");
    const rooms = listedRooms(
      [remembered("theroom", visited_at_ms)],
      [owned("theroom", "2026-01-01T00:00:00Z")],
    );
    expect(rooms).toEqual([{ id: "theroom", name: "theroom now", visited_at_ms, own: true }]);
  });

  it("lists a limited number", () => {
    const many = Array.from({ length: 50 }, (_, at) =>
      owned(`room-${at}00000`, "2026-01-01T00:00:00Z"),
    );
    expect(listedRooms([], many)).toHaveLength(9);
  });
});
