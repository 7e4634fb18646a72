/**
 * What must survive a reload so that an upload can continue. The session's URL is a secret; it is stored per account in
 * IndexedDB. Where the browser forbids IndexedDB, nothing is saved and everything else works.
 */

export interface SavedUpload {
  /** `{account_id}|{fingerprint}` */
  key: string;
  account_id: string;
  fingerprint: string;
  video_id: string;
  title: string;
  filename: string;
  size: number;
  session: string | null;
  confirmed: number;
}

export interface SavedUploads {
  all(account_id: string): Promise<SavedUpload[]>;
  find(account_id: string, fingerprint: string): Promise<SavedUpload | null>;
  save(upload: SavedUpload): Promise<void>;
  remove(key: string): Promise<void>;
}

const DATABASE = "watchparty";
const STORE = "uploads";

function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = opening();
    if (request === null) return resolve(null);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    // Some browsers refuse this in private windows.
    request.onerror = () => resolve(null);
  });
}

/** Null where IndexedDB is missing or forbidden: with all cookies blocked, even its name throws. */
function opening(): IDBOpenDBRequest | null {
  try {
    return indexedDB.open(DATABASE, 1);
  } catch {
    return null;
  }
}

async function run<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | null> {
  const database = await open();
  if (!database) return null;
  return new Promise((resolve) => {
    const request = act(database.transaction(STORE, mode).objectStore(STORE));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
    request.transaction?.addEventListener("complete", () => database.close());
  });
}

export const indexedUploads: SavedUploads = {
  async all(account_id) {
    const found = (await run<SavedUpload[]>("readonly", (store) => store.getAll())) ?? [];
    return found.filter((upload) => upload.account_id === account_id);
  },
  async find(account_id, fingerprint) {
    const key = savedKey(account_id, fingerprint);
    return (await run<SavedUpload | undefined>("readonly", (store) => store.get(key))) ?? null;
  },
  async save(upload) {
    await run("readwrite", (store) => store.put(upload));
  },
  async remove(key) {
    await run("readwrite", (store) => store.delete(key));
  },
};

export function savedKey(account_id: string, fingerprint: string): string {
  return `${account_id}|${fingerprint}`;
}
