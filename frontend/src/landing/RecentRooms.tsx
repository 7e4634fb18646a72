import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, X } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { ownRooms } from "@/api/rooms";
import { useSession } from "@/api/session";
import { formatAgo, isolated } from "@/ui/format";
import { forgetRoom, recentRooms } from "@/visitor/recentRooms";
import { listedRooms } from "./listedRooms";

export function RecentRooms() {
  const [remembered, setRemembered] = useState(recentRooms);
  const accountId = useSession(({ account }) => account?.id ?? null);
  const owned = useQuery({
    queryKey: ["own rooms", accountId],
    queryFn: ownRooms,
    enabled: accountId !== null,
  });
  // Without an answer, the list is what this browser remembers.
  const rooms = listedRooms(remembered, accountId === null ? [] : (owned.data?.items ?? []));
  if (rooms.length === 0) return null;

  function forget(id: string) {
    forgetRoom(id);
    setRemembered(recentRooms());
  }

  return (
    <section aria-labelledby="recent-rooms" className="lg:order-1 lg:col-span-2">
      <h2 id="recent-rooms" className="mb-3 font-semibold">
        {t`Recent rooms`}
      </h2>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {rooms.map((room) => (
          <li
            key={room.id}
            className="group flex items-center rounded-2xl bg-surface ring-1 ring-line transition-shadow hover:ring-line-strong"
          >
            <Link to={`/r/${room.id}`} className="min-w-0 grow rounded-2xl py-3.5 ps-5">
              <span className="flex items-center gap-2 font-semibold">
                <bdi className="truncate">{room.name}</bdi>
                <ArrowRight
                  className="size-4 shrink-0 text-muted transition-transform group-hover:translate-x-1 rtl:-scale-x-100 rtl:group-hover:-translate-x-1"
                  aria-hidden="true"
                />
              </span>
              <span className="text-sm text-muted">
                {formatAgo(room.visited_at_ms, Date.now())}
              </span>
            </Link>
            {!room.own && (
              <button
                type="button"
                aria-label={t`Remove ${isolated(room.name)}`}
                className="me-1.5 grid size-11 place-items-center rounded-xl text-muted hover:bg-hover hover:text-text"
                onClick={() => forget(room.id)}
              >
                <X className="size-4" aria-hidden="true" />
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
