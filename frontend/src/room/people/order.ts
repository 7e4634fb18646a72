import type { Person, Role } from "@/sync/protocol";

const RANK: Record<Role, number> = { host: 0, moderator: 1, viewer: 2, waiting: 3 };

/** Oneself first, then by role, then by name: a list in which people keep their place. */
export function inOrder(people: readonly Person[], me: string | undefined): Person[] {
  return [...people].sort(
    (a, b) =>
      Number(b.id === me) - Number(a.id === me) ||
      RANK[a.role] - RANK[b.role] ||
      a.name.localeCompare(b.name) ||
      a.id.localeCompare(b.id),
  );
}
