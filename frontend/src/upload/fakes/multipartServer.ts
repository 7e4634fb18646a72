/**
 * The API and the store of an `s3-multipart` upload in memory, with faults by the number of the PUT: no answer before or
 * after the part was stored, 503, or a lost upload.
 */

import { ApiError, NetworkError } from "@/api/errors";
import type { UploadGrant } from "@/api/videos";
import type { MultipartNetwork } from "../multipartTransport";
import { ConnectionLost } from "../transport";

export type PartFault = "lose_request" | "lose_answer" | "unavailable" | "gone";

export const PART_BYTES = 8 * 1024 * 1024;

export const PARTS_GRANT: UploadGrant = {
  protocol: "s3-multipart",
  start_url: "http://watch.test/api/v1/videos/-v1/upload/parts",
  headers: {},
  expires_at: "2030-01-01T00:00:00Z",
};

export class MultipartServer implements MultipartNetwork {
  readonly stored = new Map<number, Blob>();
  readonly puts: number[] = [];
  finished: Blob | null = null;
  aborted = 0;
  /** The largest number of concurrent PUTs. */
  atOnce = 0;
  offline = false;
  #inFlight = 0;
  readonly #faults: Map<number, PartFault>;
  readonly #size: number;

  constructor(size: number, faults: Record<number, PartFault> = {}) {
    this.#size = size;
    this.#faults = new Map(Object.entries(faults).map(([put, fault]) => [Number(put), fault]));
  }

  parts = async (video_id: string, numbers: number[]) => {
    this.#check(video_id);
    const addresses = numbers.map((number) => ({
      number,
      size_bytes: Math.min(PART_BYTES, this.#size - (number - 1) * PART_BYTES),
      url: `http://store.test/${number}`,
    }));
    const expires_at = "2030-01-01T00:00:00Z";
    return { part_size_bytes: PART_BYTES, stored: [...this.stored.keys()], addresses, expires_at };
  };

  complete = async (video_id: string) => {
    this.#check(video_id);
    const numbers = [...this.stored.keys()].sort((a, b) => a - b);
    const whole = new Blob(numbers.map((number) => this.stored.get(number) as Blob));
    if (whole.size !== this.#size)
      throw new ApiError(409, "upload_incomplete", "Parts are missing.");
    this.finished = whole;
  };

  abort = async () => {
    this.aborted += 1;
  };

  put: MultipartNetwork["put"] = async (url, body, onProgress, signal) => {
    const number = Number(url.split("/").pop());
    this.puts.push(number);
    const fault = this.#faults.get(this.puts.length);
    this.#inFlight += 1;
    this.atOnce = Math.max(this.atOnce, this.#inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.#inFlight -= 1;
    if (fault === "lose_request" || signal.aborted) throw new ConnectionLost("put");
    if (fault === "unavailable") return 503;
    if (fault === "gone") this.stored.clear();
    if (fault === "gone") return 404;
    onProgress(body.size);
    this.stored.set(number, body);
    if (fault === "lose_answer") throw new ConnectionLost("put");
    return 200;
  };

  #check(video_id: string): void {
    if (this.offline) throw new NetworkError();
    if (video_id !== "-v1") throw new ApiError(404, "video_not_found", "There is no such video.");
    if (this.finished) throw new ApiError(409, "already_uploaded", "It has been uploaded already.");
  }
}
