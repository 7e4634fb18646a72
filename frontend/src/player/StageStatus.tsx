import { t } from "@lingui/core/macro";
import { CloudOff, Cookie, FileX2 } from "lucide-react";
import { isStorageForbidden } from "@/browser/storage";
import { Spinner } from "@/ui/Spinner";
import { usePlayerView, useSessionState } from "./playback/StageContext";

/** Why there is no picture: loading, buffering, or a failure. */
export function StageStatus() {
  const failure = usePlayerView((view) => view.failure);
  const loaded = usePlayerView((view) => view.loaded);
  const buffering = useSessionState((state) => state.sync.status === "buffering");
  if (failure !== null) {
    // A cookie grants access to the film, so no retry helps without it.
    const blocked = failure === "network" && isStorageForbidden();
    return <Failure kind={blocked ? "cookies" : failure} />;
  }
  if (loaded && !buffering) return null;
  return (
    <div
      role="status"
      className="pointer-events-none absolute inset-0 grid animate-appear place-items-center [animation-delay:0.4s] [animation-fill-mode:backwards]"
    >
      <span className="grid size-18 place-items-center rounded-full bg-black/45 backdrop-blur-sm">
        <Spinner className="size-9 text-white" />
      </span>
      <span className="sr-only">{loaded ? t`Buffering` : t`Loading the film`}</span>
    </div>
  );
}

const failures = () => ({
  network: {
    icon: CloudOff,
    title: t`Can’t load the film`,
    text: t`Retrying… you’re still in the room.`,
  },
  cookies: {
    icon: Cookie,
    title: t`Your browser blocks cookies`,
    text: t`The film needs one. Allow cookies for this site, then reload the page.`,
  },
  format: {
    icon: FileX2,
    title: t`This browser can’t play this film`,
    text: t`Try another browser, or ask the host for a different version.`,
  },
});

function Failure({ kind }: { kind: keyof ReturnType<typeof failures> }) {
  const { icon: Icon, title, text } = failures()[kind];
  return (
    <div
      role="alert"
      className="absolute inset-0 grid place-items-center bg-black/70 p-6 text-center"
    >
      <div>
        <Icon className="mx-auto mb-3 size-9 text-white/70" aria-hidden="true" />
        <p className="text-lg font-semibold">{title}</p>
        <p className="mt-1 text-white/75">{text}</p>
      </div>
    </div>
  );
}
