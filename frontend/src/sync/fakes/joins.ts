import type { JoinConnection, RenewResult } from "../membership";

/** A join answer whose token is good for ten minutes of the fake calendar. */
export function joinConnection(parts: Partial<JoinConnection> = {}): JoinConnection {
  return {
    relay_url: "/ws",
    join_token: "token-1",
    participant_id: "ana",
    role: "host",
    expires_at: "2030-01-01T00:10:00Z",
    ...parts,
  };
}

/** The functions' side of renewing: counts, and answers as it is told. */
export class FakeRenewal {
  calls = 0;
  answer: RenewResult | "unreachable" = "unreachable";

  readonly renew = async (): Promise<RenewResult> => {
    this.calls += 1;
    if (this.answer === "unreachable") throw new Error("503");
    return this.answer;
  };
}
