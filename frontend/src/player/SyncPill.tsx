import { RefreshCw } from "lucide-react";
import { Popover } from "radix-ui";
import { useStore } from "zustand";
import type { RoomSession } from "@/sync/session";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { amount, type SyncWords, syncAnnouncement, syncWords, type Tone } from "./syncText";

const TONES: Record<Tone, string> = {
  good: "bg-good-soft text-good-text",
  warn: "bg-warn-soft text-warn-text",
  bad: "bg-danger-soft text-danger-text",
  quiet: "bg-hover text-muted",
};

/** The film may well be where it was, but nobody knows where the room is. */
const OFFLINE: SyncWords = { tone: "quiet", text: "Offline", remedy: null };

/** How far this page is from the room, and the way back. Ears hear of transitions only. */
export function SyncPill({ session }: { session: RoomSession }) {
  const sync = useStore(session.store, (state) => state.sync);
  const offline = useStore(session.store, ({ connection }) => connection.status === "offline");
  const words = offline ? OFFLINE : syncWords(sync);
  return (
    <>
      <span role="status" className="sr-only">
        {syncAnnouncement(sync.status)}
      </span>
      {words && (
        <Popover.Root>
          <Popover.Trigger
            className={cx(
              "flex min-h-9 pointer-coarse:min-h-11 shrink-0 items-center gap-2 rounded-full px-3 text-sm font-semibold tabular-nums",
              TONES[words.tone],
            )}
          >
            <span aria-hidden="true" className="relative flex size-2">
              {words.tone === "warn" && (
                <span className="absolute inline-flex size-full animate-ping rounded-full bg-current opacity-60" />
              )}
              <span className="relative inline-flex size-2 rounded-full bg-current" />
            </span>
            {words.text}
            {words.detail && <span className="max-sm:hidden">· {words.detail}</span>}
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              align="end"
              sideOffset={8}
              collisionPadding={8}
              aria-label="Sync details"
              className="z-50 w-72 animate-appear rounded-2xl bg-raised p-4 shadow-high ring-1 ring-line"
            >
              <SyncDetails session={session} />
              <Remedy session={session} remedy={words.remedy} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </>
  );
}

function SyncDetails({ session }: { session: RoomSession }) {
  const { sync, clock, player } = useStore(session.store);
  const rows: [string, string | null][] = [
    ["Offset", sync.error_ms === null ? null : signed(sync.error_ms)],
    ["Round trip", clock && amount(clock.rtt_ms)],
    ["Clock uncertainty", clock && `± ${amount(clock.uncertainty_ms)}`],
    ["Buffered", player && `${Math.round(player.buffered_s)} s`],
    ["Quality", player?.quality ?? null],
  ];
  return (
    <dl className="space-y-1.5 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-4">
          <dt className="text-muted">{name}</dt>
          <dd className="font-medium tabular-nums">{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

function Remedy({ session, remedy }: { session: RoomSession; remedy: string | null }) {
  return (
    <Popover.Close asChild>
      {remedy === null ? (
        <Button className="mt-4 w-full" onClick={() => session.detach()}>
          Watch on my own
        </Button>
      ) : (
        <Button variant="primary" className="mt-4 w-full" onClick={() => session.rejoin()}>
          <RefreshCw aria-hidden="true" />
          {remedy}
        </Button>
      )}
    </Popover.Close>
  );
}

const signed = (error_ms: number) => `${error_ms < 0 ? "−" : "+"}${amount(error_ms)}`;
