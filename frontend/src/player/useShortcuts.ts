import { useEffect } from "react";
import { readPreferences } from "./preferences";
import type { StageHere } from "./StageContext";
import { belongsToTarget, type ShortcutAction, shortcutFor } from "./shortcuts";

/** Single keys work anywhere on the page but where people write, and can be switched off. */
export function useShortcuts(here: StageHere | null): void {
  useEffect(() => {
    if (here === null) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || belongsToTarget(event.key, event.target)) return;
      const action = shortcutFor(event);
      if (action === null || (!readPreferences().shortcuts && action.do !== "help")) return;
      event.preventDefault();
      carryOut(action, here);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [here]);
}

function carryOut(action: ShortcutAction, here: StageHere): void {
  const { player, transport } = here;
  const view = player.view.getState();
  switch (action.do) {
    case "toggle":
      transport.toggle();
      return;
    case "skip":
      transport.skip(action.by_s);
      return;
    case "jump":
      transport.seek(action.share * filmLength_s(here));
      return;
    case "volume":
      if (view.canSetVolume) player.setVolume(clamp(view.volume + action.by));
      return;
    case "mute":
      player.setMuted(!view.muted);
      return;
    case "captions":
      player.captions.toggle();
      return;
    case "fullscreen":
      if (here.fullscreen.possible) here.fullscreen.toggle();
      return;
    case "theatre":
      here.onTheatre(!here.theatre);
      return;
    case "pip":
      if (view.canPip) void player.togglePip();
      return;
    case "help":
      here.showHelp();
  }
}

/** The room knows the whole length also while the film is still being made. */
function filmLength_s({ session, player }: StageHere): number {
  return session.store.getState().playback?.duration_s ?? player.view.getState().duration_s;
}

const clamp = (volume: number) => Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
