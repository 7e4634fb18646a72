import { t } from "@lingui/core/macro";
import { ChevronRight, RefreshCw } from "lucide-react";
import { Popover } from "radix-ui";
import { useStore } from "zustand";
import type { RoomSession } from "@/sync/session";
import type { CorrectionState } from "@/sync/syncController";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import {
  amount,
  type PillTone,
  type SyncText,
  syncAnnouncement,
  syncExplanation,
  syncText,
} from "./syncText";

const TONES: Record<PillTone, string> = {
  good: "bg-good-soft text-good-text",
  warn: "bg-warn-soft text-warn-text",
  bad: "bg-danger-soft text-danger-text",
  quiet: "bg-hover text-muted",
};

/** Offline, nothing is known about the room's position. */
const offlineText = (): SyncText => ({ tone: "quiet", text: t`Offline`, remedy: null });

/** How far the player is from the room's position, and how to return. Screen readers announce only changes of status. */
export function SyncPill({ session }: { session: RoomSession }) {
  const sync = useStore(session.store, (state) => state.sync);
  const offline = useStore(session.store, ({ connection }) => connection.status === "offline");
  const text = offline ? offlineText() : syncText(sync);
  return (
    <>
      <span role="status" className="sr-only">
        {syncAnnouncement(sync.status)}
      </span>
      {text && (
        <Popover.Root>
          <Popover.Trigger
            className={cx(
              "flex min-h-9 pointer-coarse:min-h-11 shrink-0 items-center gap-2 rounded-full px-3 text-sm font-semibold whitespace-nowrap tabular-nums",
              TONES[text.tone],
            )}
          >
            <span aria-hidden="true" className="relative flex size-2">
              {text.tone === "warn" && (
                <span className="absolute inline-flex size-full animate-ping rounded-full bg-current opacity-60" />
              )}
              <span className="relative inline-flex size-2 rounded-full bg-current" />
            </span>
            {text.text}
            {text.detail && <span className="hidden @2xl:inline">· {text.detail}</span>}
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              align="end"
              sideOffset={8}
              collisionPadding={8}
              aria-label={t`Sync details`}
              className="z-50 w-72 animate-appear rounded-2xl bg-raised p-4 shadow-high ring-1 ring-line"
            >
              <p className="font-semibold">{text.text}</p>
              <p className="mt-0.5 text-sm text-pretty text-muted">
                {syncExplanation(sync.status)}
              </p>
              <SyncDetails session={session} />
              <Remedy session={session} remedy={text.remedy} />
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
    [t`Distance to the room`, sync.error_ms === null ? null : signed(sync.error_ms)],
    [t`Way to the server and back`, clock && amount(clock.rtt_ms)],
    [t`Clock accurate to`, clock && `± ${amount(clock.uncertainty_ms)}`],
    [t`Tolerance`, player && tolerance(player.correction)],
    [t`Corrected by`, player && methods()[player.correction.method]],
    [t`Loaded ahead`, player && t`${Math.round(player.buffered_s)} s`],
    [t`Picture`, player?.quality ?? null],
  ];
  return (
    <details className="group mt-3">
      <summary className="flex min-h-9 list-none items-center gap-1 text-sm font-medium text-muted hover:text-text pointer-coarse:min-h-11 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          className="size-4 transition-transform group-open:rotate-90 rtl:-scale-x-100 rtl:group-open:scale-x-100"
          aria-hidden="true"
        />
        {t`Details`}
      </summary>
      <dl className="mt-1 space-y-1.5 text-sm">
        {rows.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-muted">{name}</dt>
            <dd className="font-medium tabular-nums">{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Remedy({ session, remedy }: { session: RoomSession; remedy: string | null }) {
  return (
    <Popover.Close asChild>
      {remedy === null ? (
        <Button className="mt-3 w-full" onClick={() => session.detach()}>
          {t`Watch on my own`}
        </Button>
      ) : (
        <Button variant="primary" className="mt-3 w-full" onClick={() => session.rejoin()}>
          <RefreshCw aria-hidden="true" />
          {remedy}
        </Button>
      )}
    </Popover.Close>
  );
}

const methods = () => ({
  exact_pulses: t`Speed`,
  near_pulses: t`Speed, averaged`,
  launches: t`Restarts`,
});

/** Corrections that did not help have made it wider. */
const tolerance = ({ tolerance_ms, widened }: CorrectionState) =>
  widened ? t`± ${amount(tolerance_ms)}, widened` : `± ${amount(tolerance_ms)}`;

const signed = (error_ms: number) => `${error_ms < 0 ? "−" : "+"}${amount(error_ms)}`;
