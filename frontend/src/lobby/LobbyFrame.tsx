import type { ReactNode } from "react";
import { cx } from "@/ui/cx";
import { LanguageChoice } from "@/ui/preferences/LanguageChoice";

interface LobbyFrameProps {
  posterUrl: string | null;
  children: ReactNode;
}

/** A phone held sideways has no room for a poster above the form, but beside it. */
const SIDEWAYS = {
  card: "[@media(max-height:30rem)]:flex [@media(max-height:30rem)]:max-w-3xl",
  poster: "[@media(max-height:30rem)]:aspect-auto [@media(max-height:30rem)]:w-2/5",
};

/** A card in front of the film's blurred poster. */
export function LobbyFrame({ posterUrl, children }: LobbyFrameProps) {
  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden p-4 sm:p-8 [@media(max-height:30rem)]:p-2">
      {posterUrl ? (
        <img
          src={posterUrl}
          alt=""
          className="absolute inset-0 size-full scale-110 object-cover opacity-45 blur-3xl"
        />
      ) : (
        <div className="absolute inset-0 bg-[radial-gradient(60%_50%_at_50%_0%,var(--accent-soft),transparent)]" />
      )}
      <div
        className={cx(
          "relative w-full max-w-md animate-rise overflow-hidden rounded-3xl bg-surface shadow-high ring-1 ring-line",
          posterUrl && SIDEWAYS.card,
        )}
      >
        {posterUrl && (
          <img
            src={posterUrl}
            alt=""
            className={cx("aspect-video w-full bg-sunken object-cover", SIDEWAYS.poster)}
          />
        )}
        <div className="grow p-6 sm:p-7 [@media(max-height:30rem)]:p-4">{children}</div>
      </div>
      <div className="absolute end-3 top-3">
        <LanguageChoice />
      </div>
    </main>
  );
}
