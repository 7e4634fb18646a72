import { t } from "@lingui/core/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { sentenceFor } from "@/api/errors";
import { invitations, type RoomInvitation, revokeInvitation } from "@/api/rooms";
import { IconButton } from "@/ui/IconButton";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";
import { expiryText, invitationText, usersText } from "./invitationText";
import { NewInvitation } from "./NewInvitation";

/** Links that skip approval, with a role, an expiry and a number of uses, and who joined with which. */
export function Invitations() {
  const { roomId, bearer } = useRoom();
  const queries = useQueryClient();
  const key = ["room", roomId, "invitations"];
  // Others may have created some since the dialog was last open.
  const list = useQuery({
    queryKey: key,
    queryFn: () => invitations(roomId, bearer()),
    staleTime: 0,
  });
  const [revoking, setRevoking] = useState<string | null>(null);

  const revoke = async ({ id }: RoomInvitation) => {
    setRevoking(id);
    try {
      await revokeInvitation(roomId, id, bearer());
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
    await queries.invalidateQueries({ queryKey: key });
    setRevoking(null);
  };

  return (
    <section aria-label={t`Personal invitations`} className="border-t border-line pt-4">
      <h3 className="font-semibold">{t`Personal invitations`}</h3>
      <p className="mb-3 text-sm text-muted">{t`Links that skip approval and the password.`}</p>
      <NewInvitation onCreated={() => void queries.invalidateQueries({ queryKey: key })} />
      <ul className="mt-3 divide-y divide-line" aria-label={t`Invitations`}>
        {list.data?.items.map((invitation) => (
          <li key={invitation.id} className="flex items-start justify-between gap-2 py-2">
            <div className="min-w-0 py-1.5 text-sm">
              <p className="font-medium wrap-anywhere">
                <bdi>{invitation.email ?? invitationText(invitation)}</bdi>
              </p>
              <p className="text-muted">
                {invitation.email === null ? "" : `${invitationText(invitation)} · `}
                {expiryText(invitation, Date.now())}
              </p>
              <p className="text-muted wrap-anywhere">
                <bdi>{usersText(invitation)}</bdi>
              </p>
            </div>
            <IconButton
              label={t`Revoke`}
              disabled={revoking === invitation.id}
              onClick={() => void revoke(invitation)}
            >
              <Trash2 aria-hidden="true" className="text-muted" />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
