/** From the plan to a room: creates an account if there is none, starts the film's upload, creates the room. */

import { startTemporary } from "@/api/accounts";
import { randomId } from "@/api/client";
import { createRoom, type Room } from "@/api/rooms";
import { useSession } from "@/api/session";
import { createLink } from "@/api/videos";
import { uploads } from "@/upload/uploads";
import { savedName, saveName } from "@/visitor/visitorName";
import { type PartyPlan, roomBody } from "./partyPlan";

/** Thrown if hosting requires an account and there is none. */
export class SignInNeeded extends Error {
  override readonly name = "SignInNeeded";
}

export async function startParty(plan: PartyPlan, temporaryHosts: boolean): Promise<Room> {
  if (useSession.getState().account === null) {
    if (!temporaryHosts) throw new SignInNeeded();
    const name = plan.host_name?.trim() || savedName();
    saveName(name);
    await startTemporary(name);
  }
  const video_id = await videoIdOf(plan);
  return createRoom(roomBody(plan, video_id), randomId());
}

async function videoIdOf({ film }: PartyPlan): Promise<string | undefined> {
  switch (film.kind) {
    case "none":
      return undefined;
    case "library":
      return film.video_id;
    case "link":
      return (await createLink(film.link)).id;
    case "file":
      return uploads.start(film.file);
  }
}
