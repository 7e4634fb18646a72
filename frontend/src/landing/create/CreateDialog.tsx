import { t } from "@lingui/core/macro";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { sentenceFor } from "@/api/errors";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { copyOnceKnown } from "@/browser/copyText";
import { holdVideo } from "@/player/video/heldVideo";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import type { Dropped } from "@/ui/window/dropped";
import { UploadRefused } from "@/upload/uploadManager";
import { savedName } from "@/visitor/visitorName";
import { FilmChoice } from "./FilmChoice";
import { newPlan, type PartyPlan, type PlannedFilm, suggestedRoomName } from "./partyPlan";
import { SignInNeeded, startParty } from "./startParty";

const AdvancedRules = lazy(() => import("./AdvancedRules"));

/** Integrators and the library pass a film as /new?video=ID&title=NAME. */
function filmFrom(search: URLSearchParams): PlannedFilm {
  const video_id = search.get("video");
  return video_id
    ? { kind: "library", video_id, title: search.get("title") ?? t`Your film` }
    : { kind: "none" };
}

interface CreateDialogProps {
  /** What was dropped or pasted to start the party with. */
  dropped: Dropped | null;
  onOpenChange: (open: boolean) => void;
}

export default function CreateDialog({ dropped, onOpenChange }: CreateDialogProps) {
  const [search] = useSearchParams();
  const [plan, setPlan] = useState<PartyPlan>(() =>
    newPlan(
      search.get("title")?.slice(0, 80) ?? suggestedRoomName(new Date()),
      filmFrom(search),
      savedName(),
    ),
  );
  const isNew = useSession(({ account }) => account === null);
  const { submit, busy, error, clearError } = useStartParty(plan);
  const change = (part: Partial<PartyPlan>) => setPlan((before) => ({ ...before, ...part }));

  return (
    <Dialog open onOpenChange={onOpenChange} title={t`Start a watch party`}>
      <form onSubmit={submit} className="flex flex-col gap-5">
        <FilmChoice
          film={plan.film}
          dropped={dropped}
          onChange={(film) => {
            clearError();
            change({ film });
          }}
        />
        {isNew && (
          <Field label={t`Your name`}>
            <Input
              value={plan.host_name ?? ""}
              maxLength={40}
              autoComplete="nickname"
              onChange={(event) => change({ host_name: event.target.value })}
            />
          </Field>
        )}
        <Field label={t`Room name`}>
          <Input
            value={plan.name}
            maxLength={80}
            autoComplete="off"
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        <Suspense fallback={<div className="h-11" />}>
          <AdvancedRules plan={plan} onChange={change} />
        </Suspense>
        {error && (
          <p role="alert" className="rounded-xl bg-danger-soft px-4 py-3 text-danger-text">
            {error}
          </p>
        )}
        {/* Always in sight, however small the window is; covers the dialog's padding, where fields would show below it. */}
        <div className="sticky bottom-[calc(-1*max(1.25rem,env(safe-area-inset-bottom)))] -mx-5 mb-[calc(-1*max(1.25rem,env(safe-area-inset-bottom)))] flex flex-col bg-surface px-5 pt-2 pb-[max(1.25rem,env(safe-area-inset-bottom))] sm:-bottom-7 sm:-mx-7 sm:-mb-7 sm:px-7 sm:pb-7">
          <Button type="submit" variant="primary" size="lg" busy={busy}>
            {t`Create room`}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useStartParty(plan: PartyPlan) {
  const navigate = useNavigate();
  const config = useSiteConfig();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    holdVideo();
    const starting = startParty(plan, config?.temporary_hosts ?? true);
    const copying = copyOnceKnown(starting.then((room) => room.url)).catch(() => false);
    try {
      const room = await starting;
      const copied = await copying;
      navigate(new URL(room.url).pathname, { state: { created: true, copied } });
    } catch (failure) {
      if (failure instanceof SignInNeeded) navigate("/login?next=/new");
      else setError(failure instanceof UploadRefused ? failure.message : sentenceFor(failure));
    } finally {
      setBusy(false);
    }
  }

  return { submit, busy, error, clearError: () => setError(null) };
}
