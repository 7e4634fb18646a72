import { plural, t } from "@lingui/core/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { sentenceFor } from "@/api/errors";
import { createInvitation, invitations, type RoomInvitation, revokeInvitation } from "@/api/rooms";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";
import { LinkField } from "./LinkField";

/** Links for one person each, with a role. The secret is shown only once. */
export function PersonalInvitations() {
  const { roomId, bearer } = useRoom();
  const queries = useQueryClient();
  const key = ["room", roomId, "invitations"];
  const list = useQuery({ queryKey: key, queryFn: () => invitations(roomId, bearer()) });
  const [fresh, setFresh] = useState<string | null>(null);

  const attempt = async (run: () => Promise<void>) => {
    try {
      await run();
      await queries.invalidateQueries({ queryKey: key });
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
  };
  const invite = (role: "viewer" | "moderator") =>
    attempt(async () => {
      const made = await createInvitation(roomId, { role, max_uses: 1 }, bearer());
      setFresh(made.url);
    });

  return (
    <section aria-label={t`Personal invitations`} className="border-t border-line pt-4">
      <h3 className="font-semibold">{t`Personal invitations`}</h3>
      <p className="mb-3 text-sm text-muted">{t`Single-use links that skip approval.`}</p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void invite("viewer")}>{t`Invite a guest`}</Button>
        <Button onClick={() => void invite("moderator")}>{t`Invite a co-host`}</Button>
      </div>
      {fresh && (
        <div className="mt-3 flex flex-col gap-1.5">
          <LinkField link={fresh} label={t`Personal invitation link`} />
          <p className="text-sm text-muted">{t`Copy it now; you won’t see it again.`}</p>
        </div>
      )}
      <ul className="mt-2">
        {list.data?.items.map((invitation) => (
          <li key={invitation.id} className="flex min-h-11 items-center justify-between gap-2">
            <span className="text-sm">{describe(invitation)}</span>
            <IconButton
              label={t`Revoke`}
              onClick={() => void attempt(() => revokeInvitation(roomId, invitation.id, bearer()))}
            >
              <Trash2 aria-hidden="true" className="text-muted" />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function describe({ role, uses, max_uses }: RoomInvitation): string {
  const kind = role === "moderator" ? t`Co-host` : t`Guest`;
  if (uses === 0) return t`${kind} · not used yet`;
  if (max_uses === 1) return t`${kind} · used`;
  const used = plural(uses, { one: "# use", other: "# uses" });
  return max_uses === null ? `${kind} · ${used}` : t`${kind} · ${used} of ${max_uses}`;
}
