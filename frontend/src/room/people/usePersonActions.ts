import { useCallback } from "react";
import { sentenceFor } from "@/api/errors";
import { changeMember, removeMember } from "@/api/rooms";
import type { Person } from "@/sync/roomState";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../RoomContext";
import type { PersonAction } from "./personActions";

const LOAN_MS = 10 * 60_000;

/** Carries out an entry of a person's menu; what came of it arrives by the room's own messages. */
export function usePersonActions(): (action: PersonAction, person: Person) => Promise<void> {
  const { roomId, bearer } = useRoom();
  return useCallback(
    async (action, person) => {
      const change = (body: Parameters<typeof changeMember>[2]) =>
        changeMember(roomId, person.id, body, bearer());
      const loanEnd = () => new Date(Date.now() + LOAN_MS).toISOString();
      const deeds: Record<PersonAction, () => Promise<{ link_lowered: boolean }>> = {
        lend_control: () => change({ controls: true }),
        lend_control_for_10_min: () => change({ control_until: loanEnd() }),
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
        const { link_lowered } = await deeds[action]();
        if (link_lowered) {
          showToast(
            `The link that ${person.name} came by makes nobody a co-host any more. Make a new one under Invite.`,
          );
        }
      } catch (error) {
        showToast(sentenceFor(error), { tone: "danger" });
      }
    },
    [roomId, bearer],
  );
}
