/**
 * Keeps the player where the room is: reads the player, lets `SyncController` decide, carries its actions
 * out, and hands the readings to the session, which reports them. What the viewer does with the controls
 * does not pass through here, but through `PlaybackControls`.
 */

import { Calibration, type PlayerTraits } from "@/sync/calibration";
import { type Latencies, LatencyMemory } from "@/sync/latency";
import { isDetached } from "@/sync/playbackControls";
import type { PlayerReading } from "@/sync/playerStatus";
import type { RoomSession } from "@/sync/session";
import { type PlayerAction, SyncController } from "@/sync/syncController";
import { playableEnd_s, restingPosition_s } from "@/sync/timeline";
import type { PlayerEvent, PlayerPort, PlayerSnapshot, Source } from "../video/PlayerPort";
import type { EngineEnvironment } from "./engineEnvironment";

export interface FilmSource extends Source {
  /** Identifies the video, so that the room's state for the next film does not drive this one. */
  videoId?: string | undefined;
}

interface EngineOptions {
  session: RoomSession;
  player: PlayerPort;
  environment: EngineEnvironment;
  latencies: Latencies;
  onLatencies: (latencies: Latencies) => void;
  /** What an earlier visit has learned about this browser's player. */
  traits: PlayerTraits;
  onTraits: (traits: PlayerTraits) => void;
}

const STEP_EVERY_MS = { playing: 30, stopped: 250 };
/** How long the player stays as its viewer left it, unless the room answers sooner. */
const HOLD_MS = 1_500;
/** An iPhone pauses the film when its full screen is closed, and says only then that it is closed. */
const LEAVING_MS = 700;
const END_TOLERANCE_S = 0.3;

export class SyncEngine {
  readonly #options: EngineOptions;
  readonly #latency: LatencyMemory;
  readonly #calibration: Calibration;
  readonly #controller: SyncController;
  readonly #cancels: (() => void)[];
  #cancelTick: () => void = () => {};
  #cancelLeaving: () => void = () => {};
  #film: FilmSource | null = null;
  #roomRate = 1;
  #arrived = false;
  #stalledSince_ms: number | null = null;
  #positioningSince_ms: number | null = null;
  /** Set after an external change, until the room has answered it. */
  #hold: { until_ms: number; rev: number } | null = null;
  #wasDetached = false;

  constructor(options: EngineOptions) {
    const { session, player, environment } = options;
    this.#options = options;
    this.#latency = new LatencyMemory(options.latencies);
    this.#calibration = new Calibration(options.traits);
    this.#controller = new SyncController(this.#latency, this.#calibration);
    this.#cancels = [
      session.controls.attach(player),
      player.on((event) => this.#onPlayerEvent(event)),
      environment.onAlarm(() => this.#step()),
      session.on("rejoined", () => this.#controller.reset()),
      // Messages arrive even where timers are throttled, so a hidden page depends on them.
      session.store.subscribe((state, before) => {
        if (state.playback !== before.playback || state.clock !== before.clock) this.#step();
      }),
    ];
    this.#tick();
  }

  close(): void {
    for (const cancel of [...this.#cancels, this.#cancelTick, this.#cancelLeaving]) cancel();
    this.#options.session.observe(null);
  }

  /** Loads a film, or none. */
  open(film: FilmSource | null): void {
    this.#film = film;
    this.#arrived = false;
    this.#hold = null;
    this.#controller.reset();
    this.#options.player.load(film, this.#options.session.target() ?? 0);
    this.#step();
  }

  get #detached(): boolean {
    return isDetached(this.#options.session.store.getState());
  }

  #tick(): void {
    this.#step();
    const playing = this.#options.session.timeline.newest?.mode === "playing";
    const every_ms = playing ? STEP_EVERY_MS.playing : STEP_EVERY_MS.stopped;
    this.#cancelTick = this.#options.environment.after(every_ms, () => this.#tick());
  }

  #onPlayerEvent(event: PlayerEvent): void {
    const { inNativeFullscreen } = this.#options.player.view.getState();
    if (event === "paused_externally" && inNativeFullscreen) this.#pausedInFullscreen();
    else if (event === "paused_externally") this.#changedExternally("pause");
    else if (event === "started_externally") this.#changedExternally("play");
    else if (event === "unblocked") this.#controller.reset();
    this.#step();
  }

  /** Only a pause that lasts while the full screen stays open is a person's. */
  #pausedInFullscreen(): void {
    const { session, environment, player } = this.#options;
    const until_ms = environment.now() + LEAVING_MS;
    this.#hold = { until_ms, rev: session.timeline.newest?.rev ?? 0 };
    this.#cancelLeaving();
    this.#cancelLeaving = environment.after(LEAVING_MS, () => {
      const { inNativeFullscreen } = player.view.getState();
      if (inNativeFullscreen && player.snapshot().paused) this.#changedExternally("pause");
      this.#step();
    });
  }

  #changedExternally(to: "play" | "pause"): void {
    const { session, environment, player } = this.#options;
    const { inPip, inNativeFullscreen, blocked, soundBlocked } = player.view.getState();
    const ownControls = inPip || inNativeFullscreen;
    const meaning = session.controls.changedExternally({
      to,
      watching: environment.isVisible() || ownControls,
      sinceVisibilityChange_ms: environment.sinceVisibilityChange_ms(),
      byPerson: ownControls || !environment.hasMediaSession,
      awaitsGesture: blocked || soundBlocked,
    });
    if (meaning !== "ask_room") return;
    const until_ms = environment.now() + HOLD_MS;
    this.#hold = { until_ms, rev: session.timeline.newest?.rev ?? 0 };
  }

  #step(): void {
    const { session, player } = this.#options;
    if (this.#film === null) {
      session.observe(null);
      return;
    }
    const snapshot = player.snapshot();
    this.#noticeDetaching();
    if (snapshot.loaded && !this.#wasDetached && !this.#isOnHold(snapshot)) this.#follow(snapshot);
    session.observe(this.#reading(snapshot));
  }

  #noticeDetaching(): void {
    const detached = this.#detached;
    // The player may be in the middle of a pulse.
    if (detached && !this.#wasDetached) this.#options.player.setRate(1, { keepPitch: true });
    this.#wasDetached = detached;
  }

  /** Whether to leave the player as it is for now. */
  #isOnHold(snapshot: PlayerSnapshot): boolean {
    const { session, player } = this.#options;
    if (player.view.getState().blocked) return true;
    const playback = session.timeline.newest;
    const otherFilm =
      this.#film?.videoId !== undefined && playback?.video_id !== this.#film.videoId;
    if (otherFilm) {
      if (!snapshot.paused) player.pause();
      return true;
    }
    if (this.#hold === null) return false;
    const over = playback?.rev !== this.#hold.rev || snapshot.at_ms > this.#hold.until_ms;
    if (over) this.#hold = null;
    return !over;
  }

  #follow(snapshot: PlayerSnapshot): void {
    const { session, environment } = this.#options;
    const room_ms = session.roomTime();
    const clock = session.store.getState().clock;
    if (room_ms === null || clock === null) return;
    const before = this.#latency.values;
    const { traits } = this.#calibration;
    const decision = this.#controller.step(
      { ...snapshot, now_ms: snapshot.at_ms },
      {
        timeline: session.timeline,
        now_ms: room_ms - (environment.now() - snapshot.at_ms),
        uncertainty_ms: clock.uncertainty_ms,
      },
    );
    for (const action of decision.actions) this.#carryOut(action);
    environment.setAlarm(decision.wakeAt_ms);
    if (before.start_ms !== this.#latency.values.start_ms) {
      this.#options.onLatencies(this.#latency.values);
    }
    if (this.#calibration.traits !== traits) this.#options.onTraits(this.#calibration.traits);
    this.#trackArrival(snapshot);
  }

  #carryOut(action: PlayerAction): void {
    const { player, session } = this.#options;
    switch (action.do) {
      case "play":
        void player.play();
        return;
      case "pause":
        player.pause();
        return;
      case "seek":
        player.seek(action.position_s);
        return;
      case "rate": {
        // A lasting rate keeps the pitch; pulses around 1 must not, see sync/driftController.
        this.#roomRate = session.timeline.newest?.rate ?? 1;
        player.setRate(action.rate, { keepPitch: this.#roomRate !== 1 });
      }
    }
  }

  #trackArrival(snapshot: PlayerSnapshot): void {
    const { phase } = this.#controller;
    const inPosition = phase === "following" || phase === "holding" || phase === "stopped";
    if (inPosition) this.#positioningSince_ms = null;
    else this.#positioningSince_ms ??= snapshot.at_ms;
    // At the end of the playable part there is a picture, but nothing to continue with.
    const settled = !snapshot.seeking && (snapshot.ready || phase === "stopped");
    if (inPosition && settled) this.#arrived = true;
  }

  #reading(snapshot: PlayerSnapshot): PlayerReading {
    const { session, player } = this.#options;
    const playback = session.timeline.newest;
    const needsData = playback?.mode === "playing" || playback?.mode === "waiting";
    const starved = needsData && !snapshot.ended && (!snapshot.ready || snapshot.seeking);
    this.#stalledSince_ms = starved ? (this.#stalledSince_ms ?? snapshot.at_ms) : null;
    const { duration_s, blocked, shownQuality } = player.view.getState();
    const end_s = Math.min(duration_s, playback === null ? duration_s : playableEnd_s(playback));
    return {
      position_s: snapshot.position_s,
      error_ms: this.#error_ms(snapshot),
      buffered_s: Math.max(0, snapshot.buffered_s),
      bufferedToEnd: snapshot.position_s + snapshot.buffered_s >= end_s - END_TOLERANCE_S,
      stalledSince_ms: this.#stalledSince_ms,
      rate: this.#roomRate,
      blocked,
      positioning_ms:
        this.#positioningSince_ms === null ? 0 : snapshot.at_ms - this.#positioningSince_ms,
      arrived: this.#arrived || blocked,
      quality: shownQuality,
      correction: this.#controller.correction,
    };
  }

  /** While it is being positioned, the player is elsewhere on purpose: that is no error. */
  #error_ms(snapshot: PlayerSnapshot): number | null {
    const { session } = this.#options;
    const { newest } = session.timeline;
    const detached = this.#detached;
    const stopped = this.#controller.phase === "stopped" && newest !== null;
    const target_s = stopped && !detached ? restingPosition_s(newest) : session.target();
    const comparable = detached || this.#positioningSince_ms === null;
    if (target_s === null || !comparable) return null;
    // One stale reading says little; the controller has averaged a window of them.
    const { measured_ms } = this.#controller;
    const { age_ms } = this.#calibration.strategy;
    if (!detached && age_ms > 0 && measured_ms !== null) return measured_ms;
    return (snapshot.position_s - target_s) * 1000;
  }
}
