/** localStorage, as far as the session uses it. */
export class BrowserStorage {
  readonly #values = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }

  get everything(): string {
    return JSON.stringify([...this.#values]);
  }
}
