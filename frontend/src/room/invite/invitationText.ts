/** What the list says about an invitation. Pure but for the page's language. */

import { plural, t } from "@lingui/core/macro";
import type { RoomInvitation } from "@/api/rooms";
import { formatDateTime, isolated } from "@/ui/format";

/** "Guest · 1 of 5 used". */
export function invitationText({ role, uses, max_uses }: RoomInvitation): string {
  const kind = role === "moderator" ? t`Co-host` : t`Guest`;
  if (max_uses !== null) return t`${kind} · ${uses} of ${max_uses} used`;
  return uses === 0 ? t`${kind} · not used yet` : t`${kind} · used ${uses}×`;
}

export function expiryText({ expires_at }: RoomInvitation, now_ms: number): string {
  if (expires_at === null) return t`never expires`;
  const when = formatDateTime(expires_at);
  return Date.parse(expires_at) <= now_ms ? t`expired ${when}` : t`expires ${when}`;
}

/** "Max, Lea and 3 more joined"; empty if nobody has. */
export function usersText({ used_by, uses }: RoomInvitation): string {
  if (used_by.length === 0) return "";
  const names = used_by.map(({ name }) => isolated(name)).join(", ");
  const more = uses - used_by.length;
  if (more <= 0) return t`Joined: ${names}`;
  return plural(more, { one: `Joined: ${names} and # more`, other: `Joined: ${names} and # more` });
}

const HOUR_MS = 3_600_000;
const LASTS_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS };

export type Expiry = keyof typeof LASTS_MS | "never";

export function expiryOf(expiry: Expiry, now_ms: number): string | null {
  return expiry === "never" ? null : new Date(now_ms + LASTS_MS[expiry]).toISOString();
}
