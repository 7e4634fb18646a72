/**
 * The join token in the hands of the browser: how long it is good for, and its renewal
 * well before that. Opaque here; never stored, never in a URL.
 */
import type { Cancel, SyncEnvironment } from "./environment";
import type { Role } from "./protocol";

/** Everything needed to connect, as join and renew answer it. */
export interface JoinConnection {
  relay_url: string;
  join_token: string;
  participant_id: string;
  role: Role;
  expires_at: string;
}

/** A rejected promise means that nobody could be asked; that is tried again. */
export type RenewResult =
  | { status: "admitted" | "waiting"; connection: JoinConnection }
  | { status: "refused"; code: string };

/** What the device's calendar may make of `expires_at` without our believing it. */
const LIFE_MS = { least: 60_000, most: 600_000 };
const RETRY_MS = { first: 2_000, cap: 30_000 };

interface TokenOptions {
  environment: SyncEnvironment;
  connection: JoinConnection;
  renew: () => Promise<RenewResult>;
  onToken: (token: string) => void;
  onRefused: (code: string) => void;
}

export class TokenLife {
  #options: TokenOptions;
  #connection: JoinConnection;
  #spentAt_ms = 0;
  #failures = 0;
  #stopped = false;
  #cancel: Cancel = () => {};
  #renewing: Promise<boolean> | null = null;

  constructor(options: TokenOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#begin(options.connection);
  }

  get url(): string {
    return this.#connection.relay_url;
  }

  get value(): string {
    return this.#connection.join_token;
  }

  get isSpent(): boolean {
    return this.#options.environment.now() >= this.#spentAt_ms;
  }

  /** The relay would not take it. */
  spend(): void {
    this.#spentAt_ms = 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  renewWithin(delay_ms: number): void {
    const { environment } = this.#options;
    this.#cancel();
    this.#cancel = environment.after(environment.random() * delay_ms, () => this.#renewQuietly());
  }

  /** Resolves when there is a new token; to false when it was refused. Rejects when nobody answered. */
  renewed(): Promise<boolean> {
    this.#renewing ??= this.#ask().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #ask(): Promise<boolean> {
    const result = await this.#options.renew();
    if (this.#stopped) return false;
    if (result.status === "refused") {
      this.#options.onRefused(result.code);
      return false;
    }
    this.#failures = 0;
    this.#begin(result.connection);
    this.#options.onToken(result.connection.join_token);
    return true;
  }

  #begin(connection: JoinConnection): void {
    const { environment } = this.#options;
    this.#connection = connection;
    const told_ms = environment.untilDate_ms(connection.expires_at);
    const life_ms = Math.min(LIFE_MS.most, Math.max(LIFE_MS.least, told_ms || 0));
    this.#spentAt_ms = environment.now() + life_ms;
    this.#cancel();
    this.#cancel = environment.after(life_ms * (0.5 + 0.25 * environment.random()), () =>
      this.#renewQuietly(),
    );
  }

  /** A renewal that fails is repeated; the relay has patience, and the connection a token still. */
  #renewQuietly(): void {
    this.renewed().catch(() => {
      if (this.#stopped) return;
      const ceiling_ms = Math.min(RETRY_MS.cap, RETRY_MS.first * 2 ** this.#failures);
      this.#failures += 1;
      this.renewWithin(ceiling_ms);
    });
  }
}
