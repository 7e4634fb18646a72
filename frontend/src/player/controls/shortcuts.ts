/** Which key does what to the player. */
import { useEffect } from "react";
import { isTyping } from "@/ui/useSingleKey";
import type { StageState } from "../playback/StageContext";
import { readPreferences } from "../video/preferences";
import { goToNeighbour } from "./chapters";

export type ShortcutAction =
  | { do: "toggle" }
  | { do: "skip"; by_s: number }
  | { do: "jump"; share: number }
  | { do: "chapter"; to: "previous" | "next" }
  | { do: "volume"; by: number }
  | { do: "mute" }
  | { do: "captions" }
  | { do: "fullscreen" }
  | { do: "theatre" }
  | { do: "pip" }
  | { do: "help" };

const ACTIONS: Record<string, ShortcutAction> = {
  " ": { do: "toggle" },
  k: { do: "toggle" },
  j: { do: "skip", by_s: -10 },
  l: { do: "skip", by_s: 10 },
  ArrowLeft: { do: "skip", by_s: -5 },
  ArrowRight: { do: "skip", by_s: 5 },
  ArrowUp: { do: "volume", by: 0.05 },
  ArrowDown: { do: "volume", by: -0.05 },
  p: { do: "chapter", to: "previous" },
  n: { do: "chapter", to: "next" },
  m: { do: "mute" },
  c: { do: "captions" },
  f: { do: "fullscreen" },
  t: { do: "theatre" },
  i: { do: "pip" },
  "?": { do: "help" },
};

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export function shortcutFor({ key, ctrlKey, metaKey, altKey }: Key): ShortcutAction | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (/^[0-9]$/.test(key)) return { do: "jump", share: Number(key) / 10 };
  return ACTIONS[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

/** Keys that a focused control needs for itself. */
function isNeededBy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (isTyping(target)) return true;
  if (target.closest("[role=slider], [role=tab], [role=radio]") !== null) {
    return key.startsWith("Arrow");
  }
  return (key === " " || key === "Enter") && target.closest("button, a, summary") !== null;
}

/** The keys work anywhere on the page except in text fields, menus and dialogs, and can be switched off. */
export function useShortcuts(stage: StageState): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isNeededBy(event.target, event.key)) return;
      const action = shortcutFor(event);
      if (action === null || (!readPreferences().shortcuts && action.do !== "help")) return;
      event.preventDefault();
      perform(action, stage);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [stage]);
}

function perform(action: ShortcutAction, stage: StageState): void {
  const { player, controls } = stage;
  const view = player.view.getState();
  switch (action.do) {
    case "toggle":
      controls.toggle();
      return;
    case "skip":
      controls.skip(action.by_s);
      return;
    case "jump":
      controls.seek(action.share * filmLength_s(stage));
      return;
    case "chapter":
      goToNeighbour(stage, action.to);
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
      if (stage.fullscreen.possible) stage.fullscreen.toggle();
      return;
    case "theatre":
      stage.onTheatre(!stage.theatre);
      return;
    case "pip":
      if (view.canPip) void player.togglePip();
      return;
    case "help":
      stage.showHelp();
  }
}

/** The room knows the full length even while the film is still being encoded. */
function filmLength_s({ session, player }: StageState): number {
  return session.store.getState().playback?.duration_s ?? player.view.getState().duration_s;
}

const clamp = (volume: number) => Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
