import { type SavedUpload, type SavedUploads, savedKey } from "../savedUploads";

/** Outlives a page of the test, as IndexedDB outlives a page of the browser. */
export class SavedInMemory implements SavedUploads {
  readonly kept = new Map<string, SavedUpload>();

  async all(account_id: string): Promise<SavedUpload[]> {
    return [...this.kept.values()].filter((upload) => upload.account_id === account_id);
  }

  async find(account_id: string, fingerprint: string): Promise<SavedUpload | null> {
    return this.kept.get(savedKey(account_id, fingerprint)) ?? null;
  }

  async keep(upload: SavedUpload): Promise<void> {
    this.kept.set(upload.key, upload);
  }

  async forget(key: string): Promise<void> {
    this.kept.delete(key);
  }
}
