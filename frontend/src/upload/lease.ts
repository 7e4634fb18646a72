/**
 * One tab at a time writes into an upload session. Web Locks end with their tab; on plain http they are absent, and a
 * mark in localStorage that is renewed every few seconds does the same a little later.
 */

/** Ends the lease. */
export type Release = () => void;

/** Null: another tab holds it. */
export type TakeLease = (name: string) => Promise<Release | null>;

const LIFE_MS = 10_000;
const RENEW_MS = 3_000;
/** Two tabs that write at once both look again after this; the last writer wins. */
const SETTLE_MS = 60;

export function browserLease(tab: string): TakeLease {
  // The prefix is not only for order: a lock's name must not begin with a hyphen, as an id may.
  const full = (name: string) => `watchparty.lease.${name}`;
  return "locks" in navigator ? (name) => byWebLock(full(name)) : (name) => byMark(full(name), tab);
}

function byWebLock(name: string): Promise<Release | null> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((release) => resolve(release));
    });
  });
}

async function byMark(key: string, tab: string): Promise<Release | null> {
  const write = () =>
    localStorage.setItem(key, JSON.stringify({ tab, until: Date.now() + LIFE_MS }));
  if (isHeldByOther(localStorage.getItem(key), tab, Date.now())) return null;
  write();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  if (isHeldByOther(localStorage.getItem(key), tab, Date.now())) return null;

  const renewing = setInterval(write, RENEW_MS);
  const release = () => {
    clearInterval(renewing);
    window.removeEventListener("pagehide", release);
    localStorage.removeItem(key);
  };
  window.addEventListener("pagehide", release);
  return release;
}

export function isHeldByOther(mark: string | null, tab: string, now_ms: number): boolean {
  if (mark === null) return false;
  const holder = JSON.parse(mark) as { tab: string; until: number };
  return holder.tab !== tab && holder.until > now_ms;
}
