import { type SavedUpload, type SavedUploads, savedKey } from "../savedUploads";

/** Outlives the page in a test, as IndexedDB does in a browser. */
export class SavedInMemory implements SavedUploads {
  readonly entries = new Map<string, SavedUpload>();

  async all(account_id: string): Promise<SavedUpload[]> {
    return [...this.entries.values()].filter((upload) => upload.account_id === account_id);
  }

  async find(account_id: string, fingerprint: string): Promise<SavedUpload | null> {
    return this.entries.get(savedKey(account_id, fingerprint)) ?? null;
  }

  async save(upload: SavedUpload): Promise<void> {
    this.entries.set(upload.key, upload);
  }

  async remove(key: string): Promise<void> {
    this.entries.delete(key);
  }
}
