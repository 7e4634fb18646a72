/**
 * Which actions the menu of a person offers, and carrying them out. The rules mirror the server's, so that no one is
 * offered what would be refused; the server still decides.
 */

import { t } from "@lingui/core/macro";
import { useCallback } from "react";
import { sentenceFor } from "@/api/errors";
import { type Control, changeMember, removeMember } from "@/api/rooms";
import type { Person, Role } from "@/sync/protocol";
import { isolated } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";

export type PersonAction =
  | "delegate_control"
  | "delegate_control_for_10_min"
  | "end_control"
  | "make_moderator"
  | "make_viewer"
  | "make_host"
  | "mute"
  | "unmute"
  | "remove"
  | "ban";

type Target = Pick<Person, "id" | "role" | "acct" | "muted" | "ctl">;

interface Actor {
  participant_id: string;
  role: Role;
}

export function personActions(actor: Actor, target: Target, control: Control): PersonAction[] {
  if (actor.participant_id === target.id || !outranks(actor.role, target.role)) return [];
  return [
    ...controlActions(actor, target, control),
    ...(actor.role === "host" ? roleActions(target) : []),
    target.muted ? "unmute" : "mute",
    "remove",
    "ban",
  ];
}

const RANK: Record<Role, number> = { waiting: 0, viewer: 1, moderator: 2, host: 3 };

function outranks(mine: Role, theirs: Role): boolean {
  return RANK[mine] >= RANK.moderator && RANK[mine] > RANK[theirs];
}

function controlActions({ role }: Actor, target: Target, control: Control): PersonAction[] {
  // Members can delegate only what they have.
  if (control === "host" && role !== "host") return [];
  if (target.ctl != null) return ["end_control"];
  const hasItByRole =
    control === "everyone" || (control === "moderators" && target.role === "moderator");
  return hasItByRole ? [] : ["delegate_control", "delegate_control_for_10_min"];
}

function roleActions(target: Target): PersonAction[] {
  const step: PersonAction = target.role === "moderator" ? "make_viewer" : "make_moderator";
  // A host needs an account: a guest's cookie is too easily lost.
  return target.acct ? [step, "make_host"] : [step];
}

const DELEGATION_MS = 10 * 60_000;

/** Carries out an action. Its effect arrives with the room's messages. */
export function usePersonActions(): (action: PersonAction, person: Person) => Promise<void> {
  const { roomId, bearer } = useRoom();
  return useCallback(
    async (action, person) => {
      const change = (body: Parameters<typeof changeMember>[2]) =>
        changeMember(roomId, person.id, body, bearer());
      const delegationEnd = () => new Date(Date.now() + DELEGATION_MS).toISOString();
      const calls: Record<PersonAction, () => Promise<{ link_lowered: boolean }>> = {
        delegate_control: () => change({ controls: true }),
        delegate_control_for_10_min: () => change({ control_until: delegationEnd() }),
        end_control: () => change({ control_until: null }),
        make_moderator: () => change({ role: "moderator" }),
        make_viewer: () => change({ role: "viewer" }),
        make_host: () => change({ role: "host" }),
        mute: () => change({ muted: true }),
        unmute: () => change({ muted: false }),
        remove: () => removeMember(roomId, person.id, false, bearer()),
        ban: () => removeMember(roomId, person.id, true, bearer()),
      };
      try {
        const { link_lowered } = await calls[action]();
        if (link_lowered) {
          showToast(
            t`${isolated(person.name)}’s co-host link no longer works. Create a new one under Invite.`,
          );
        }
      } catch (error) {
        showToast(sentenceFor(error), { tone: "danger" });
      }
    },
    [roomId, bearer],
  );
}
