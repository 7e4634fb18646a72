/** Which side of an open offer of the room a member sees. Pure. */
import { t } from "@lingui/core/macro";
import type { HostOffer, You } from "@/sync/protocol";
import { isolated } from "@/ui/format";

/** `null` when there is no offer, it has expired, or it concerns neither. `room_ms` is room time, null while unknown. */
export function offerSide(
  offer: HostOffer | null,
  you: You | null,
  room_ms: number | null,
): "made" | "received" | null {
  if (offer === null || you === null) return null;
  if (room_ms !== null && room_ms >= offer.until_ms) return null;
  if (offer.to.id === you.participant_id) return "received";
  return offer.by.id === you.participant_id ? "made" : null;
}

/** What the host reads when the offer has ended without their doing. */
export function outcomeSentence(offer: HostOffer, you: You): string | null {
  return you.role === "host" ? t`${isolated(offer.to.name)} isn’t taking over as host.` : null;
}
