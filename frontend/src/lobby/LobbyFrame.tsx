import type { ReactNode } from "react";

interface LobbyFrameProps {
  posterUrl: string | null;
  children: ReactNode;
}

/** A card in front of the film's own light. */
export function LobbyFrame({ posterUrl, children }: LobbyFrameProps) {
  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden p-4 sm:p-8">
      {posterUrl ? (
        <img
          src={posterUrl}
          alt=""
          className="absolute inset-0 size-full scale-110 object-cover opacity-45 blur-3xl"
        />
      ) : (
        <div className="absolute inset-0 bg-[radial-gradient(60%_50%_at_50%_0%,var(--accent-soft),transparent)]" />
      )}
      <div className="relative w-full max-w-md animate-rise overflow-hidden rounded-3xl bg-surface shadow-high ring-1 ring-line">
        {posterUrl && (
          <img src={posterUrl} alt="" className="aspect-video w-full bg-sunken object-cover" />
        )}
        <div className="p-6 sm:p-7">{children}</div>
      </div>
    </main>
  );
}
