/**
 * All uploads of this tab. It lives outside the router, so that an upload started on the landing page continues in the
 * room. One file is sent at a time; the others queue. Pages read `store` and call the methods.
 */

import { t } from "@lingui/core/macro";
import { createStore } from "zustand/vanilla";
import type { NewUpload, UploadGrant, Video } from "@/api/videos";
import type { Release, TakeLease } from "./lease";
import { type Allowance, contentType, uploadRefusal } from "./preflight";
import { type SavedUpload, type SavedUploads, savedKey } from "./savedUploads";
import { titleFrom } from "./title";
import { newTransfer, step, type Transfer } from "./transfer";
import { type Timers, TransferRun } from "./transferRun";
import { ConnectionLost, type UploadTransport } from "./transport";
import { isActive, messageOf, phaseOf, type Upload } from "./upload";
import { NO_SAMPLES, type SpeedSamples, speedOf, withSample } from "./uploadSpeed";

export interface UploadApi {
  accountId(): string;
  allowance(): Promise<Allowance>;
  create(body: NewUpload): Promise<{ video: Video; upload: UploadGrant }>;
  /** Grants a new start. Throws GrantRefused if the video accepts no upload any more. */
  restart(video_id: string): Promise<UploadGrant>;
  discard(video_id: string): Promise<void>;
}

export interface UploadManagerOptions {
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
  /** The grant that came with the new video. It is used once; later ones are requested. */
  grant: UploadGrant | null;
  run: TransferRun | null;
  release: Release;
  samples: SpeedSamples;
}

/** The message is shown to people as it is. */
export class UploadRefused extends Error {
  override readonly name = "UploadRefused";
}

const inAnotherTab = () => t`This file is already uploading in another tab.`;

export class UploadManager {
  readonly store = createStore<{ uploads: readonly Upload[] }>(() => ({ uploads: [] }));
  readonly #options: UploadManagerOptions;
  readonly #jobs = new Map<string, Job>();
  #writes: Promise<void> = Promise.resolve();

  constructor(options: UploadManagerOptions) {
    this.#options = options;
  }

  /**
   * Lists the unfinished uploads of earlier pages, except those that another tab is uploading, and asks the server how
   * much of each it has.
   */
  async restore(): Promise<void> {
    const { saved, api, newId, takeLease } = this.#options;
    const restored: Promise<void>[] = [];
    for (const upload of await saved.all(api.accountId())) {
      if (this.#byVideo(upload.video_id)) continue;
      const release = await takeLease(upload.video_id);
      if (!release) continue;
      release();
      if (this.#byVideo(upload.video_id)) continue;
      const id = newId();
      this.#add({ ...rowOf(upload), id });
      restored.push(this.#update(id, upload));
    }
    await Promise.all(restored);
  }

  async #update(id: string, upload: SavedUpload): Promise<void> {
    const stored = await storedOf(upload, this.#options.transport);
    // The file may have been chosen while the server was asked.
    if (stored === null || this.#find(id)?.phase !== "choose_file") return;
    this.#patch(id, { sent: stored.bytes, phase: stored.complete ? "done" : "choose_file" });
    if (stored.complete) this.#write(() => this.#options.saved.remove(upload.key));
  }

  /**
   * Starts or continues the upload of a file; resolves to the video's id as soon as there is one. Throws UploadRefused
   * with a sentence if the file cannot be uploaded.
   */
  async start(file: File, { title }: { title?: string } = {}): Promise<string> {
    const { api, saved, fingerprint } = this.#options;
    const refused = uploadRefusal(file, await api.allowance());
    if (refused) throw new UploadRefused(refused);
    const fileId = await fingerprint(file);
    const earlier = await saved.find(api.accountId(), fileId);
    const known = this.#byVideo(earlier?.video_id);
    if (known && isActive(known)) return known.video_id as string;
    if (earlier) return this.#enqueue(earlier, file, null, known?.id);

    const { video, upload } = await api.create({
      title: title ?? titleFrom(file.name),
      filename: file.name,
      size_bytes: file.size,
      content_type: contentType(file) as string,
      fingerprint: fileId,
    });
    return this.#enqueue(this.#newSaved(file, fileId, video), file, upload);
  }

  /** Continues an upload that waits for its file. */
  async chooseFile(id: string, file: File): Promise<void> {
    const { api, saved, fingerprint } = this.#options;
    const earlier = await saved.find(api.accountId(), await fingerprint(file));
    if (!earlier || earlier.video_id !== this.#find(id)?.video_id) {
      throw new UploadRefused(t`That’s a different file. Choose the one you started with.`);
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
    const { api, saved } = this.#options;
    const video_id = this.#find(id)?.video_id;
    await this.#jobs.get(id)?.run?.cancel();
    this.dismiss(id);
    if (!video_id) return;
    const all = await saved.all(api.accountId());
    const found = all.find((one) => one.video_id === video_id);
    if (found) this.#write(() => saved.remove(found.key));
    await api.discard(video_id);
  }

  /** Removes a finished or failed row; nothing else changes. */
  dismiss(id: string): void {
    this.#end(id);
    this.#remove(id);
  }

  /** The browser is online again. */
  online(): void {
    for (const job of this.#jobs.values()) job.run?.retryNow();
  }

  #newSaved(file: File, fileId: string, video: Video): SavedUpload {
    const account_id = this.#options.api.accountId();
    return {
      key: savedKey(account_id, fileId),
      account_id,
      fingerprint: fileId,
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
    id = this.#options.newId(),
  ): Promise<string> {
    const held = this.#jobs.get(id)?.release;
    const release = held ?? (await this.#options.takeLease(saved.video_id));
    if (!release) throw new UploadRefused(inAnotherTab());
    this.#jobs.set(id, { file, saved, grant, run: null, release, samples: NO_SAMPLES });
    this.#write(() => this.#options.saved.save(saved));
    if (!this.#find(id)) this.#add({ ...rowOf(saved), id });
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
      sent: this.#find(id)?.sent,
      transport: this.#options.transport,
      timers: this.#options.timers,
      grant: () => this.#grant(job),
      onChange: (transfer, sent) => this.#changed(id, job, transfer, sent),
    });
    job.run.start();
  }

  async #grant(job: Job): Promise<UploadGrant> {
    const first = job.grant;
    job.grant = null;
    return first ?? this.#options.api.restart(job.saved.video_id);
  }

  #changed(id: string, job: Job, transfer: Transfer, sent: number): void {
    const phase = phaseOf(transfer);
    if (phase === "cancelled") return;
    job.samples =
      phase === "uploading"
        ? withSample(job.samples, sent, this.#options.timers.now_ms())
        : NO_SAMPLES;
    const speed = speedOf(job.samples, transfer.size);
    this.#patch(id, { phase, sent, speed, message: messageOf(transfer) });
    if (phase === "done" || phase === "failed") this.#finished(id, job, phase);
    else this.#saveProgress(job, transfer);
  }

  #finished(id: string, job: Job, phase: "done" | "failed"): void {
    // A failed upload must not be resumed by the next attempt with the same file.
    const { key } = job.saved;
    this.#write(() => this.#options.saved.remove(key));
    if (phase === "done") {
      this.#end(id);
    } else {
      // The file is kept, so that "Try again" needs no file dialog.
      job.saved = { ...job.saved, session: null, confirmed: 0 };
      job.run = null;
    }
    this.#advanceQueue();
  }

  #saveProgress(job: Job, { session, confirmed }: Transfer): void {
    if (job.saved.session === session && job.saved.confirmed === confirmed) return;
    const saved = { ...job.saved, session, confirmed };
    job.saved = saved;
    this.#write(() => this.#options.saved.save(saved));
  }

  /** Writes in sequence: a slow save must not undo the removal that follows it. */
  #write(act: () => Promise<void>): void {
    this.#writes = this.#writes.then(act);
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

/** How much of an earlier page's upload the server has; null if it does not say. */
async function storedOf(
  { session, size }: SavedUpload,
  transport: UploadTransport,
): Promise<{ bytes: number; complete: boolean } | null> {
  if (session === null) return null;
  try {
    const reply = await transport.query(session, size, new AbortController().signal);
    const answered = { type: "answered", took_ms: 0, ...reply } as const;
    const { phase, confirmed } = step(newTransfer(size, session), answered, 0);
    if (phase.at === "failed" || phase.at === "backing_off") return null;
    return { bytes: confirmed, complete: phase.at === "done" };
  } catch (error) {
    if (error instanceof ConnectionLost) return null;
    throw error;
  }
}

function rowOf(saved: SavedUpload): Omit<Upload, "id"> {
  const { video_id, title, filename, size, confirmed } = saved;
  return {
    video_id,
    title,
    filename,
    size,
    phase: "choose_file",
    sent: confirmed,
    speed: null,
    message: null,
  };
}
