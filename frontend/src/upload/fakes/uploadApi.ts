import type { NewUpload, UploadGrant, Video } from "@/api/videos";
import type { Allowance } from "../preflight";
import type { UploadApi } from "../uploadManager";
import { GRANT } from "./resumableServer";

/** An API that creates a video for every file and records its calls. */
export class FakeUploadApi implements UploadApi {
  readonly created: NewUpload[] = [];
  readonly discarded: string[] = [];
  restarts = 0;
  allowed: Allowance = { max_upload_bytes: null, free_bytes: null };

  accountId(): string {
    return "ann";
  }

  async allowance(): Promise<Allowance> {
    return this.allowed;
  }

  async create(body: NewUpload): Promise<{ video: Video; upload: UploadGrant }> {
    this.created.push(body);
    const id = `video-${this.created.length}`;
    return { video: { id, title: body.title ?? "" } as Video, upload: GRANT };
  }

  async restart(): Promise<UploadGrant> {
    this.restarts += 1;
    return GRANT;
  }

  async discard(video_id: string): Promise<void> {
    this.discarded.push(video_id);
  }
}
