import { describe, expect, it } from "vitest";
import { HandTimers } from "./fakes/handTimers";
import { type Fault, ResumableServer } from "./fakes/resumableServer";
import { SavedInMemory } from "./fakes/savedInMemory";
import { FakeUploadApi } from "./fakes/uploadApi";
import { fingerprint } from "./fingerprint";
import type { TakeLease } from "./lease";
import { ConnectionLost } from "./transport";
import type { UploadPhase } from "./upload";
import { UploadManager, UploadRefused } from "./uploadManager";

const SIZE = 9 * 1024 * 1024;

function film(name = "holiday.mkv", size = SIZE): File {
  return new File([new Uint8Array(size).fill(7)], name, { lastModified: 1 });
}

interface Page {
  api?: FakeUploadApi;
  server?: ResumableServer;
  saved?: SavedInMemory;
  takeLease?: TakeLease;
  faults?: Fault[];
}

/** One page of the browser; two pages may share what outlives a page. */
function page({ api, server, saved, takeLease, faults }: Page = {}) {
  let ids = 0;
  const parts = {
    api: api ?? new FakeUploadApi(),
    transport: server ?? new ResumableServer(SIZE, faults),
    saved: saved ?? new SavedInMemory(),
    takeLease: takeLease ?? (async () => () => {}),
    fingerprint,
    timers: new HandTimers(),
    newId: () => {
      ids += 1;
      return `upload-${ids}`;
    },
  };
  const manager = new UploadManager(parts);
  const rows = () => manager.store.getState().uploads;
  const until = async (phase: UploadPhase, row = 0) => {
    for (let turn = 0; turn < 300 && rows()[row]?.phase !== phase; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rows()[row]?.phase).toBe(phase);
  };
  return { ...parts, manager, rows, until };
}

describe("starting an upload", () => {
  it("creates the video with a readable title and the container's type, then sends the file", async () => {
    const { manager, api, transport, saved, until } = page();
    expect(await manager.start(film("my.summer_film.mkv"))).toBe("video-1");
    expect(api.created[0]).toMatchObject({
      title: "my summer film",
      content_type: "video/x-matroska",
    });
    await until("done");
    expect(transport.finished).toBe(true);
    expect(saved.entries.size).toBe(0);
  });

  it("refuses an unsuitable file before it creates a video", async () => {
    const { manager, api } = page();
    await expect(manager.start(film("notes.txt", 10))).rejects.toThrow(UploadRefused);
    await expect(manager.start(film("empty.mp4", 0))).rejects.toThrow("is empty");
    api.allowed = { max_upload_bytes: 1000, free_bytes: null };
    await expect(manager.start(film())).rejects.toThrow("The limit here is 1 kB");
    api.allowed = { max_upload_bytes: null, free_bytes: 5 };
    await expect(manager.start(film())).rejects.toThrow("you have 5 B left");
    expect(api.created).toEqual([]);
  });

  it("sends one file at a time", async () => {
    const { manager, rows, until } = page({ faults: ["lose_request"] });
    await manager.start(film("one.mkv"));
    await manager.start(film("two.mkv"));
    await until("waiting");
    expect(rows().map((row) => row.phase)).toEqual(["waiting", "queued"]);
    manager.pause("upload-1");
    await until("paused");
    expect(rows()[1]?.phase).not.toBe("queued");
  });
});

describe("continuing after a reload", () => {
  async function interrupted() {
    const first = page({ faults: ["store_half", "lose_request"] });
    await first.manager.start(film());
    await first.until("waiting");
    first.manager.pause("upload-1");
    return page({ server: first.transport, saved: first.saved, api: first.api });
  }

  it("lists unfinished uploads and their progress, once", async () => {
    const { manager, rows } = await interrupted();
    await Promise.all([manager.restore(), manager.restore()]);
    expect(rows()).toMatchObject([
      { phase: "choose_file", video_id: "video-1", sent: 4 * 1024 * 1024 },
    ]);
  });

  it("shows what the server has, which can be more than the earlier page knew", async () => {
    const { manager, rows, transport } = await interrupted();
    transport.stored = new Uint8Array(6 * 1024 * 1024);
    await manager.restore();
    expect(rows()).toMatchObject([{ phase: "choose_file", sent: 6 * 1024 * 1024 }]);
  });

  it("keeps the known progress while the server does not answer", async () => {
    const { manager, rows, transport } = await interrupted();
    transport.query = async () => {
      throw new ConnectionLost("query");
    };
    await manager.restore();
    expect(rows()).toMatchObject([{ phase: "choose_file", sent: 4 * 1024 * 1024 }]);
  });

  it("starts at nothing after the server has dropped the session", async () => {
    const { manager, rows, transport } = await interrupted();
    transport.query = async () => ({ status: 410, range: null, retryAfter_ms: null });
    await manager.restore();
    expect(rows()).toMatchObject([{ phase: "choose_file", sent: 0 }]);
  });

  it("asks for no file if the whole one has arrived", async () => {
    const { manager, rows, transport, saved } = await interrupted();
    transport.stored = new Uint8Array(SIZE);
    await manager.restore();
    await manager.restore();
    expect(rows()).toMatchObject([{ phase: "done", sent: SIZE }]);
    expect(saved.entries.size).toBe(0);
  });

  it("does not touch an upload whose file was chosen while the server was asked", async () => {
    const { manager, transport, rows, until } = await interrupted();
    const query = transport.query.bind(transport);
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      transport.query = async (session) => {
        transport.query = query;
        resolve();
        await new Promise<void>((now) => {
          answer = now;
        });
        return query(session);
      };
    });
    const restored = manager.restore();
    await asked;
    await manager.chooseFile("upload-1", film());
    await until("done");
    answer();
    await restored;
    expect(rows()).toMatchObject([{ phase: "done", sent: SIZE }]);
  });

  it("does not fall back to nothing when the file is chosen", async () => {
    const { manager, until } = await interrupted();
    await manager.restore();
    const seen: number[] = [];
    manager.store.subscribe(({ uploads }) => seen.push(uploads[0]?.sent ?? 0));
    await manager.chooseFile("upload-1", film());
    await until("done");
    expect(Math.min(...seen)).toBe(4 * 1024 * 1024);
  });

  it("leaves out what another tab is uploading", async () => {
    const { saved } = await interrupted();
    const { manager, rows } = page({ saved, takeLease: async () => null });
    await manager.restore();
    expect(rows()).toEqual([]);
  });

  it("resumes the same video and session when the same file is chosen", async () => {
    const { manager, api, transport, until } = await interrupted();
    await manager.restore();
    await manager.chooseFile("upload-1", film());
    await until("done");
    expect(transport.sessions).toBe(1);
    expect(api.created).toHaveLength(1);
  });

  it("refuses a different file", async () => {
    const { manager, rows } = await interrupted();
    await manager.restore();
    await expect(manager.chooseFile("upload-1", film("other.mkv"))).rejects.toThrow(
      "different file",
    );
    expect(rows()[0]?.phase).toBe("choose_file");
  });

  it("recognises the file when it is dropped again", async () => {
    const { manager, api, until } = await interrupted();
    expect(await manager.start(film())).toBe("video-1");
    await until("done");
    expect(api.created).toHaveLength(1);
  });
});

describe("the end of an upload", () => {
  it("is refused while another tab uploads to the same session", async () => {
    const { manager } = page({ takeLease: async () => null });
    await expect(manager.start(film())).rejects.toThrow("another tab");
  });

  it("deletes the incomplete video and the saved session when cancelled", async () => {
    const { manager, api, transport, saved, rows, until } = page({ faults: ["lose_request"] });
    await manager.start(film());
    await until("waiting");
    await manager.cancel("upload-1");
    expect(api.discarded).toEqual(["video-1"]);
    expect(transport.discarded).toBe(1);
    expect([rows(), saved.entries.size]).toEqual([[], 0]);
  });

  it("keeps a failed upload ready for another attempt", async () => {
    const { manager, transport, until } = page({
      faults: ["forget", "forget", "forget", "forget"],
    });
    await manager.start(film());
    await until("failed");
    manager.resume("upload-1");
    await until("done");
    expect(transport.finished).toBe(true);
  });
});
