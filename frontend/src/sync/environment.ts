/**
 * Everything that `sync/` takes from the browser: time, randomness, timers, sockets, and whether the page
 * is visible. Tests use `FakeEnvironment` and step it by hand.
 */
import { SUBPROTOCOL } from "./protocol";

export interface SocketEvents {
  onOpen(): void;
  onMessage(text: string): void;
  onClose(code: number): void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export type Cancel = () => void;

export interface SyncEnvironment {
  /** Monotonic milliseconds. */
  now(): number;
  /** 0 ≤ x < 1. */
  random(): number;
  newId(): string;
  /** Milliseconds until an RFC 3339 instant, by the device's date, which may be wrong. */
  untilDate_ms(instant: string): number;
  openSocket(url: string, events: SocketEvents): Socket;
  after(delay_ms: number, run: () => void): Cancel;
  isVisible(): boolean;
  /** The page's visibility changed, it came back from the back-forward cache, or the network returned. */
  onWake(run: () => void): Cancel;
  /** The device has left its network. */
  onNetworkLost(run: () => void): Cancel;
}

/** 128 random bits; `crypto.randomUUID` does not exist on pages served over plain http. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function openSocket(url: string, events: SocketEvents): Socket {
  const address = new URL(url, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address, SUBPROTOCOL);
  socket.onopen = () => events.onOpen();
  socket.onmessage = (event) => events.onMessage(String(event.data));
  socket.onclose = (event) => events.onClose(event.code);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
}

export function browserEnvironment(): SyncEnvironment {
  return {
    now: () => performance.now(),
    random: () => Math.random(),
    newId,
    untilDate_ms: (instant) => Date.parse(instant) - Date.now(),
    openSocket,
    after: (delay_ms, run) => {
      const timer = setTimeout(run, delay_ms);
      return () => clearTimeout(timer);
    },
    isVisible: () => document.visibilityState === "visible",
    onWake: (run) => {
      document.addEventListener("visibilitychange", run);
      window.addEventListener("online", run);
      window.addEventListener("pageshow", run);
      return () => {
        document.removeEventListener("visibilitychange", run);
        window.removeEventListener("online", run);
        window.removeEventListener("pageshow", run);
      };
    },
    onNetworkLost: (run) => {
      window.addEventListener("offline", run);
      return () => window.removeEventListener("offline", run);
    },
  };
}
