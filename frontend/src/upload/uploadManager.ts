/**
 * All uploads of this tab. It lives above the router, so that an upload begun on the landing page goes on in the room.
 * One file goes over the line at a time; the others queue. Pages read `store` and call the methods.
 */

import { createStore } from "zustand/vanilla";
import type { NewUpload, UploadGrant, Video } from "@/api/videos";
import type { Release, TakeLease } from "./lease";
import { type Meter, measure, newMeter, paceOf } from "./meter";
import { type Allowance, contentType, refusal, titleFrom } from "./preflight";
import { type SavedUpload, type SavedUploads, savedKey } from "./savedUploads";
import type { Transfer } from "./transfer";
import { type Timers, TransferRun } from "./transferRun";
import type { UploadTransport } from "./transport";
import { isActive, messageOf, phaseOf, type Upload } from "./upload";

export interface UploadApi {
  accountId(): string;
  allowance(): Promise<Allowance>;
  create(body: NewUpload): Promise<{ video: Video; upload: UploadGrant }>;
  /** A new start. Throws GrantRefused when the video takes no upload any more. */
  restart(video_id: string): Promise<UploadGrant>;
  discard(video_id: string): Promise<void>;
}

export interface UploadParts {
  api: UploadApi;
  transport: UploadTransport;
  saved: SavedUploads;
  takeLease: TakeLease;
  fingerprint: (file: File) => Promise<string>;
  timers: Timers;
  newId: () => string;
}

interface Job {
  file: File;
  saved: SavedUpload;
  /** The start that came with the video; used once, later ones are asked for. */
  grant: UploadGrant | null;
  run: TransferRun | null;
  release: Release;
  meter: Meter;
}

/** Shown to the person as it is. */
export class UploadRefused extends Error {
  override readonly name = "UploadRefused";
}

const IN_ANOTHER_TAB = "This file is already uploading in another tab.";

export class UploadManager {
  readonly store = createStore<{ uploads: readonly Upload[] }>(() => ({ uploads: [] }));
  readonly #parts: UploadParts;
  readonly #jobs = new Map<string, Job>();
  #written: Promise<void> = Promise.resolve();

  constructor(parts: UploadParts) {
    this.#parts = parts;
  }

  /** Shows what an earlier page left unfinished; what another tab is at is that tab's to show. */
  async recall(): Promise<void> {
    const { saved, api, newId, takeLease } = this.#parts;
    for (const upload of await saved.all(api.accountId())) {
      if (this.#byVideo(upload.video_id)) continue;
      const release = await takeLease(upload.video_id);
      if (!release) continue;
      release();
      if (!this.#byVideo(upload.video_id)) this.#add({ ...shown(upload), id: newId() });
    }
  }

  /**
   * Begins, or goes on with, the upload of a file and resolves to its video's id as soon as there is one.
   * Throws UploadRefused with a sentence when the file cannot come.
   */
  async start(file: File, { title }: { title?: string } = {}): Promise<string> {
    const { api, saved, fingerprint } = this.#parts;
    const refused = refusal(file, await api.allowance());
    if (refused) throw new UploadRefused(refused);
    const print = await fingerprint(file);
    const earlier = await saved.find(api.accountId(), print);
    const known = this.#byVideo(earlier?.video_id);
    if (known && isActive(known)) return known.video_id as string;
    if (earlier) return this.#enqueue(earlier, file, null, known?.id);

    const { video, upload } = await api.create({
      title: title ?? titleFrom(file.name),
      filename: file.name,
      size_bytes: file.size,
      content_type: contentType(file) as string,
      fingerprint: print,
    });
    return this.#enqueue(this.#newSaved(file, print, video), file, upload);
  }

  /** Goes on with an upload that waits for its file. */
  async chooseFile(id: string, file: File): Promise<void> {
    const { api, saved, fingerprint } = this.#parts;
    const earlier = await saved.find(api.accountId(), await fingerprint(file));
    if (!earlier || earlier.video_id !== this.#find(id)?.video_id) {
      throw new UploadRefused("That’s a different file. Choose the one you started with.");
    }
    await this.#enqueue(earlier, file, null, id);
  }

  pause(id: string): void {
    const job = this.#jobs.get(id);
    job?.run?.pause();
    if (!job?.run) this.#patch(id, { phase: "paused" });
    this.#advanceQueue();
  }

  resume(id: string): void {
    this.#patch(id, { phase: "queued", message: null });
    this.#advanceQueue();
  }

  async cancel(id: string): Promise<void> {
    const { api, saved } = this.#parts;
    const video_id = this.#find(id)?.video_id;
    await this.#jobs.get(id)?.run?.cancel();
    this.dismiss(id);
    if (!video_id) return;
    const all = await saved.all(api.accountId());
    const found = all.find((one) => one.video_id === video_id);
    if (found) this.#write(() => saved.forget(found.key));
    await api.discard(video_id);
  }

  /** Takes a finished or failed row away; nothing else changes. */
  dismiss(id: string): void {
    this.#end(id);
    this.#remove(id);
  }

  /** The browser is online again. */
  online(): void {
    for (const job of this.#jobs.values()) job.run?.retryNow();
  }

  #newSaved(file: File, print: string, video: Video): SavedUpload {
    const account_id = this.#parts.api.accountId();
    return {
      key: savedKey(account_id, print),
      account_id,
      fingerprint: print,
      video_id: video.id,
      title: video.title,
      filename: file.name,
      size: file.size,
      session: null,
      confirmed: 0,
    };
  }

  async #enqueue(
    saved: SavedUpload,
    file: File,
    grant: UploadGrant | null,
    id = this.#parts.newId(),
  ): Promise<string> {
    const held = this.#jobs.get(id)?.release;
    const release = held ?? (await this.#parts.takeLease(saved.video_id));
    if (!release) throw new UploadRefused(IN_ANOTHER_TAB);
    this.#jobs.set(id, { file, saved, grant, run: null, release, meter: newMeter });
    this.#write(() => this.#parts.saved.keep(saved));
    if (!this.#find(id)) this.#add({ ...shown(saved), id });
    this.#patch(id, { phase: "queued", message: null });
    this.#advanceQueue();
    return saved.video_id;
  }

  #advanceQueue(): void {
    const { uploads } = this.store.getState();
    if (uploads.some(({ phase }) => phase === "uploading" || phase === "waiting")) return;
    const next = uploads.find(({ phase }) => phase === "queued");
    const job = next && this.#jobs.get(next.id);
    if (next && job) this.#run(next.id, job);
  }

  #run(id: string, job: Job): void {
    this.#patch(id, { phase: "uploading" });
    if (job.run?.transfer.phase.at === "paused") {
      job.run.resume();
      return;
    }
    job.run = new TransferRun({
      file: job.file,
      session: job.saved.session,
      transport: this.#parts.transport,
      timers: this.#parts.timers,
      grant: () => this.#grant(job),
      onChange: (transfer, sent) => this.#changed(id, job, transfer, sent),
    });
    job.run.start();
  }

  async #grant(job: Job): Promise<UploadGrant> {
    const first = job.grant;
    job.grant = null;
    return first ?? this.#parts.api.restart(job.saved.video_id);
  }

  #changed(id: string, job: Job, transfer: Transfer, sent: number): void {
    const phase = phaseOf(transfer);
    if (phase === "cancelled") return;
    job.meter =
      phase === "uploading" ? measure(job.meter, sent, this.#parts.timers.now_ms()) : newMeter;
    const pace = paceOf(job.meter, transfer.size);
    this.#patch(id, { phase, sent, pace, message: messageOf(transfer) });
    if (phase === "done" || phase === "failed") this.#over(id, job, phase);
    else this.#remember(job, transfer);
  }

  #over(id: string, job: Job, phase: "done" | "failed"): void {
    // What failed for good must not catch the next try with the same file.
    const { key } = job.saved;
    this.#write(() => this.#parts.saved.forget(key));
    if (phase === "done") {
      this.#end(id);
    } else {
      // The file stays, so that "Try again" needs no file dialog.
      job.saved = { ...job.saved, session: null, confirmed: 0 };
      job.run = null;
    }
    this.#advanceQueue();
  }

  #remember(job: Job, { session, confirmed }: Transfer): void {
    if (job.saved.session === session && job.saved.confirmed === confirmed) return;
    const saved = { ...job.saved, session, confirmed };
    job.saved = saved;
    this.#write(() => this.#parts.saved.keep(saved));
  }

  /** One after the other: a slow "keep" must not undo the "forget" that follows it. */
  #write(act: () => Promise<void>): void {
    this.#written = this.#written.then(act);
  }

  #end(id: string): void {
    this.#jobs.get(id)?.release();
    this.#jobs.delete(id);
  }

  #find(id: string): Upload | undefined {
    return this.store.getState().uploads.find((upload) => upload.id === id);
  }

  #byVideo(video_id: string | undefined): Upload | undefined {
    return this.store.getState().uploads.find((upload) => upload.video_id === video_id);
  }

  #add(upload: Upload): void {
    this.store.setState(({ uploads }) => ({ uploads: [...uploads, upload] }));
  }

  #remove(id: string): void {
    this.store.setState(({ uploads }) => ({ uploads: uploads.filter((one) => one.id !== id) }));
  }

  #patch(id: string, change: Partial<Upload>): void {
    this.store.setState(({ uploads }) => ({
      uploads: uploads.map((one) => (one.id === id ? { ...one, ...change } : one)),
    }));
  }
}

function shown(saved: SavedUpload): Omit<Upload, "id"> {
  const { video_id, title, filename, size, confirmed } = saved;
  return {
    video_id,
    title,
    filename,
    size,
    phase: "choose_file",
    sent: confirmed,
    pace: null,
    message: null,
  };
}
