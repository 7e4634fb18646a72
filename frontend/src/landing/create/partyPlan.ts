/** The input of the create dialog, and the API request for it. Pure. */

import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import type { Access, Control, NewRoom } from "@/api/rooms";
import type { NewLink } from "@/api/videos";

export type PlannedFilm =
  | { kind: "none" }
  | { kind: "file"; file: File }
  | { kind: "link"; link: NewLink }
  | { kind: "library"; video_id: string; title: string };

export interface PartyPlan {
  name: string;
  /** The name that friends see; null if the account has one already. */
  host_name: string | null;
  film: PlannedFilm;
  access: Access;
  control: Control;
  chat: boolean;
  password: string;
}

export function newPlan(
  name: string,
  film: PlannedFilm,
  host_name: string | null = null,
): PartyPlan {
  return { name, host_name, film, access: "open", control: "moderators", chat: true, password: "" };
}

/** A default name, such as "Friday film night". */
export function suggestedRoomName(now: Date): string {
  const weekday = new Intl.DateTimeFormat(i18n.locales, { weekday: "long" }).format(now);
  return t`${weekday} film night`;
}

export function roomBody(plan: PartyPlan, video_id: string | undefined): NewRoom {
  const name = plan.name.trim();
  return {
    access: plan.access,
    control: plan.control,
    chat: plan.chat,
    ...(name === "" ? {} : { name }),
    ...(video_id === undefined ? {} : { video_id }),
    ...(plan.password === "" ? {} : { password: plan.password }),
  };
}
