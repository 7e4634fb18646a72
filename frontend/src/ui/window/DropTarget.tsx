/**
 * The whole window as a target for films: files and links can be dropped anywhere and pasted. The part of the page that
 * was mounted last receives them, such as a dialog over its page. Without a receiver a dropped file does nothing; by
 * default, the browser would leave the page and open it.
 */

import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "react";
import { create } from "zustand";
import { contentOf, type Dropped } from "./dropped";

type Receive = (dropped: Dropped) => void;

interface Targets {
  receivers: readonly { current: Receive }[];
  dragging: boolean;
}

const useTargets = create<Targets>(() => ({ receivers: [], dragging: false }));

/** Receives what is dropped or pasted while the component is mounted; null receives nothing. */
export function useDropped(receive: Receive | null): void {
  const latest = useRef<Receive>(() => {});
  const receives = receive !== null;
  useEffect(() => {
    if (receive) latest.current = receive;
  });
  useEffect(() => {
    if (!receives) return;
    useTargets.setState(({ receivers }) => ({ receivers: [...receivers, latest] }));
    return () =>
      useTargets.setState(({ receivers }) => ({
        receivers: receivers.filter((one) => one !== latest),
      }));
  }, [receives]);
}

/** Whether something that the page would take is being dragged over the window. */
export function useIsDragging(): boolean {
  return useTargets(({ receivers, dragging }) => dragging && receivers.length > 0);
}

/** While something is dragged, the browser reports it at least this often. */
const DRAG_ENDS_MS = 300;

/** Mounted once. */
export function DropTarget() {
  useEffect(listen, []);
  const dragging = useIsDragging();
  if (!dragging) return null;
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none fixed inset-0 z-50 grid animate-appear place-items-end justify-center bg-accent/10 p-6"
    >
      <div className="absolute inset-3 rounded-3xl border-3 border-dashed border-accent" />
      <p className="relative rounded-full bg-accent px-6 py-3 text-lg font-bold text-on-accent shadow-high">
        {t`Drop it anywhere`}
      </p>
    </div>
  );
}

function listen(): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let ends: ReturnType<typeof setTimeout> | undefined;
  // A link or picture of this page that is dragged over it.
  let isOurs = false;

  const give = (dropped: Dropped | null) => {
    if (dropped) useTargets.getState().receivers.at(-1)?.current(dropped);
  };
  const setDragging = (dragging: boolean) => {
    clearTimeout(ends);
    if (dragging) ends = setTimeout(() => setDragging(false), DRAG_ENDS_MS);
    useTargets.setState({ dragging });
  };
  const dragOver = (event: DragEvent) => {
    const types = event.dataTransfer?.types ?? [];
    const hasFiles = types.includes("Files");
    if (isOurs || isTextField(event.target) || !(hasFiles || types.includes("text/uri-list"))) {
      return;
    }
    event.preventDefault();
    if (useTargets.getState().receivers.length > 0) setDragging(true);
    else if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
  };
  const drop = (event: DragEvent) => {
    setDragging(false);
    if (isOurs || isTextField(event.target)) return;
    event.preventDefault();
    give(contentOf(event.dataTransfer));
  };
  const paste = (event: ClipboardEvent) => {
    // In a text field, pasting is typing.
    if (!event.defaultPrevented && !isTextField(event.target)) give(contentOf(event.clipboardData));
  };

  window.addEventListener("dragstart", () => (isOurs = true), { signal });
  window.addEventListener("dragend", () => (isOurs = false), { signal });
  window.addEventListener("dragover", dragOver, { signal });
  window.addEventListener("drop", drop, { signal });
  window.addEventListener("paste", paste, { signal });
  return () => {
    listeners.abort();
    setDragging(false);
  };
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}
