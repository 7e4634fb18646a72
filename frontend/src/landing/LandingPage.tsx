import { t } from "@lingui/core/macro";
import { Link2, Play, Share2, Upload } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/ui/Button";
import { useTitle } from "@/ui/useTitle";
import { useDropped } from "@/ui/window/DropTarget";
import type { Dropped } from "@/ui/window/dropped";
import { JoinByLink } from "./JoinByLink";
import { RecentRooms } from "./RecentRooms";
import { SameFrame } from "./SameFrame";

const CreateDialog = lazy(() => import("./create/CreateDialog"));

/** `creating` (the route /new) opens the dialog at once. Integrators link there with ?video=&title=. */
export default function LandingPage({ creating = false }: { creating?: boolean }) {
  useTitle(null);
  const navigate = useNavigate();
  const [open, setOpen] = useState(creating);
  const [joining, setJoining] = useState(false);
  const [dropped, setDropped] = useState<Dropped | null>(null);
  useDropped((film) => {
    setDropped(film);
    setOpen(true);
  });

  function changeOpen(next: boolean) {
    setOpen(next);
    setDropped(null);
    if (!next && creating) navigate("/", { replace: true });
  }

  return (
    <div className="mx-auto w-full max-w-7xl px-4 sm:px-8">
      <section className="grid items-center gap-12 pt-8 pb-16 [@media(max-height:30rem)]:pt-0 lg:grid-cols-[1.05fr_1fr] lg:gap-16 lg:pt-16 lg:pb-24">
        <div className="flex flex-col items-start gap-6 [@media(max-height:30rem)]:gap-3">
          <h1 className="text-display font-bold text-balance [@media(max-height:30rem)]:text-title">
            {t`Far apart, on the same frame.`}
          </h1>
          <p className="max-w-lg text-lg text-pretty text-muted">
            {t`Upload a film, send a link, watch together. One tap to join, nothing to install, everyone on the same frame.`}
          </p>
          <div className="mt-2 flex w-full flex-col gap-3 sm:w-auto sm:flex-row">
            <Button variant="primary" size="lg" onClick={() => setOpen(true)}>
              <Play className="fill-current" aria-hidden="true" />
              {t`Start a watch party`}
            </Button>
            <Button
              variant="ghost"
              size="lg"
              aria-expanded={joining}
              onClick={() => setJoining(!joining)}
            >
              <Link2 aria-hidden="true" />
              {t`I have a link`}
            </Button>
          </div>
          {joining && <JoinByLink />}
        </div>
        <RecentRooms />
        <SameFrame />
      </section>
      <Steps />
      {open && (
        <Suspense>
          <CreateDialog dropped={dropped} onOpenChange={changeOpen} />
        </Suspense>
      )}
    </div>
  );
}

const steps = () => [
  {
    Icon: Upload,
    title: t`Bring a film`,
    text: t`Any video file. Start watching while we prepare the rest.`,
  },
  {
    Icon: Share2,
    title: t`Send the link`,
    text: t`Friends join in any browser, on the sofa or on the train.`,
  },
  {
    Icon: Play,
    title: t`Press play`,
    text: t`Play, pause and seek happen for everyone at once. Chat alongside.`,
  },
];

function Steps() {
  return (
    <section aria-label={t`How it works`} className="border-t border-line py-12">
      <ol className="grid gap-8 sm:grid-cols-3">
        {steps().map(({ Icon, title, text }) => (
          <li key={title} className="flex gap-4">
            <span className="grid size-11 shrink-0 place-items-center rounded-2xl bg-accent-soft text-accent-text">
              <Icon className="size-5" aria-hidden="true" />
            </span>
            <div>
              <h2 className="font-semibold">{title}</h2>
              <p className="mt-1 text-[0.9375rem] text-pretty text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
