/** What the person wants in the create dialog, and what the API is told of it. Pure. */

import type { Access, Control, NewRoom } from "@/api/rooms";
import type { NewLink } from "@/api/videos";
import { PAGE_LANGUAGE } from "@/ui/format";

export type FilmSource =
  | { kind: "none" }
  | { kind: "file"; file: File }
  | { kind: "link"; link: NewLink }
  | { kind: "library"; video_id: string; title: string };

export interface PartyPlan {
  name: string;
  /** What the friends see; null where an account has a name already. */
  host_name: string | null;
  film: FilmSource;
  access: Access;
  control: Control;
  chat: boolean;
  password: string;
}

export function newPlan(
  name: string,
  film: FilmSource,
  host_name: string | null = null,
): PartyPlan {
  return { name, host_name, film, access: "open", control: "moderators", chat: true, password: "" };
}

/** "Friday film night": a name that nobody has to think about. */
export function suggestedName(now: Date): string {
  return `${now.toLocaleDateString(PAGE_LANGUAGE, { weekday: "long" })} film night`;
}

export function roomBody(plan: PartyPlan, video_id: string | undefined): NewRoom {
  return {
    name: plan.name.trim() || undefined,
    video_id,
    access: plan.access,
    control: plan.control,
    chat: plan.chat,
    password: plan.password || undefined,
  };
}
