/**
 * The join token in the browser: how long it is valid, and its renewal well before that. The token is
 * opaque here; it is never stored and never part of a URL.
 */
import type { Cancel, SyncEnvironment } from "./environment";
import type { Role } from "./protocol";

/** Everything needed to connect, as the join and renew calls return it. */
export interface JoinConnection {
  relay_url: string;
  join_token: string;
  participant_id: string;
  role: Role;
  expires_at: string;
}

/** A rejected promise means that no server answered; the renewal is then tried again. */
export type RenewResult =
  | { status: "admitted" | "waiting"; connection: JoinConnection }
  | { status: "refused"; code: string };

/** The device's date may be wrong, so the lifetime derived from `expires_at` is kept within these limits. */
const LIFE_MS = { least: 60_000, most: 600_000 };
const RETRY_MS = { first: 2_000, cap: 30_000 };

interface LeaseOptions {
  environment: SyncEnvironment;
  connection: JoinConnection;
  renew: () => Promise<RenewResult>;
  onToken: (token: string) => void;
  onRefused: (code: string) => void;
}

export class TokenLease {
  #options: LeaseOptions;
  #connection: JoinConnection;
  #expiresAt_ms = 0;
  #failures = 0;
  #stopped = false;
  #cancel: Cancel = () => {};
  #renewing: Promise<boolean> | null = null;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#start(options.connection);
  }

  get url(): string {
    return this.#connection.relay_url;
  }

  get token(): string {
    return this.#connection.join_token;
  }

  get isExpired(): boolean {
    return this.#options.environment.now() >= this.#expiresAt_ms;
  }

  /** The relay has rejected the token. */
  expire(): void {
    this.#expiresAt_ms = 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  renewWithin(delay_ms: number): void {
    const { environment } = this.#options;
    this.#cancel();
    this.#cancel = environment.after(environment.random() * delay_ms, () =>
      this.#renewInBackground(),
    );
  }

  /** Resolves to true with a new token, to false if it was refused. Rejects when no server answered. */
  renew(): Promise<boolean> {
    this.#renewing ??= this.#request().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #request(): Promise<boolean> {
    const result = await this.#options.renew();
    if (this.#stopped) return false;
    if (result.status === "refused") {
      this.#options.onRefused(result.code);
      return false;
    }
    this.#failures = 0;
    this.#start(result.connection);
    this.#options.onToken(result.connection.join_token);
    return true;
  }

  #start(connection: JoinConnection): void {
    const { environment } = this.#options;
    this.#connection = connection;
    const stated_ms = environment.untilDate_ms(connection.expires_at);
    const life_ms = Math.min(LIFE_MS.most, Math.max(LIFE_MS.least, stated_ms || 0));
    this.#expiresAt_ms = environment.now() + life_ms;
    this.#cancel();
    this.#cancel = environment.after(life_ms * (0.5 + 0.25 * environment.random()), () =>
      this.#renewInBackground(),
    );
  }

  /** Retries a failed renewal: the connection stays open, and its current token is still valid. */
  #renewInBackground(): void {
    this.renew().catch(() => {
      if (this.#stopped) return;
      const ceiling_ms = Math.min(RETRY_MS.cap, RETRY_MS.first * 2 ** this.#failures);
      this.#failures += 1;
      this.renewWithin(ceiling_ms);
    });
  }
}
