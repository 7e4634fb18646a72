/**
 * Ensures that only one tab writes to an upload session. Web Locks end with their tab. They do not exist over plain
 * http, and are denied where storage is; there, an entry in localStorage that is renewed every few seconds serves, and
 * ends a little later.
 */

import { storage } from "@/browser/storage";

/** Ends the lease. */
export type Release = () => void;

/** Resolves to null if another tab holds the lease. */
export type TakeLease = (name: string) => Promise<Release | null>;

const LIFE_MS = 10_000;
const RENEW_MS = 3_000;
/** If two tabs write at once, both check again after this time; the last writer wins. */
const SETTLE_MS = 60;

export function browserLease(tab: string): TakeLease {
  // The prefix is required: an id may start with a hyphen, and a lock's name must not.
  const fullName = (name: string) => `watchparty.lease.${name}`;
  return async (name) => {
    const key = fullName(name);
    try {
      if ("locks" in navigator) return await byWebLock(key);
    } catch {
      // With all cookies blocked, the browser denies locks, too.
    }
    return byStorage(key, tab);
  };
}

function byWebLock(name: string): Promise<Release | null> {
  return new Promise((resolve, reject) => {
    const request = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((release) => resolve(release));
    });
    request.catch(reject);
  });
}

async function byStorage(key: string, tab: string): Promise<Release | null> {
  const write = () => storage.setItem(key, JSON.stringify({ tab, until: Date.now() + LIFE_MS }));
  if (isHeldByOther(storage.getItem(key), tab, Date.now())) return null;
  write();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  if (isHeldByOther(storage.getItem(key), tab, Date.now())) return null;

  const renewing = setInterval(write, RENEW_MS);
  const release = () => {
    clearInterval(renewing);
    window.removeEventListener("pagehide", release);
    storage.removeItem(key);
  };
  window.addEventListener("pagehide", release);
  return release;
}

export function isHeldByOther(entry: string | null, tab: string, now_ms: number): boolean {
  if (entry === null) return false;
  const holder = JSON.parse(entry) as { tab: string; until: number };
  return holder.tab !== tab && holder.until > now_ms;
}
