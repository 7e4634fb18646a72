import { useEffect } from "react";
import type { StageHere } from "../playback/StageContext";
import { readPreferences } from "../video/preferences";

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

/** Which key does what to the player, and the words of the help sheet. Pure. */
export type ShortcutAction =
  | { do: "toggle" }
  | { do: "skip"; by_s: number }
  | { do: "jump"; share: number }
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
export function belongsToTarget(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const writing = "input, textarea, select, [contenteditable], [role=menu], [role=dialog]";
  if (target.closest(writing) !== null) return true;
  if (target.closest("[role=slider], [role=tab], [role=radio]") !== null) {
    return key.startsWith("Arrow");
  }
  return (key === " " || key === "Enter") && target.closest("button, a, summary") !== null;
}

export const SHORTCUT_HELP: { keys: string[]; meaning: string }[] = [
  { keys: ["Space", "K"], meaning: "Play or pause" },
  { keys: ["J", "L"], meaning: "Skip ±10 s" },
  { keys: ["←", "→"], meaning: "Skip ±5 s" },
  { keys: ["0", "…", "9"], meaning: "Jump to 0–90%" },
  { keys: ["↑", "↓"], meaning: "Volume" },
  { keys: ["M"], meaning: "Mute" },
  { keys: ["C"], meaning: "Subtitles" },
  { keys: ["F"], meaning: "Full screen" },
  { keys: ["T"], meaning: "Theatre mode" },
  { keys: ["I"], meaning: "Picture in picture" },
  { keys: ["/"], meaning: "Write a message" },
  { keys: ["R"], meaning: "React" },
  { keys: ["?"], meaning: "Show shortcuts" },
];
