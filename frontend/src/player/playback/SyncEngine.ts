/**
 * Binds a room's session to a player: looks at the player, lets the pilot decide, carries
 * its orders out and reports. It is also what controls talk to: play, pause and seek go to
 * the room, or to the player alone while its person watches at their own pace.
 */

import { meaningOf } from "@/sync/externalChange";
import { type Latencies, LatencyMemory } from "@/sync/latency";
import type { PlayerReading } from "@/sync/playerStatus";
import type { RoomSession } from "@/sync/session";
import { type Order, Pilot } from "@/sync/syncController";
import { limit_s, restingPlace_s } from "@/sync/timeline";
import type { FilmSource, PlayerEvent, PlayerLook, PlayerPort } from "../video/PlayerPort";
import type { EngineEnvironment } from "./engineEnvironment";

export interface Film extends FilmSource {
  /** Which video this is, so that a changed film is not driven by the clock of the next. */
  videoId?: string;
}

interface EngineOptions {
  session: RoomSession;
  player: PlayerPort;
  environment: EngineEnvironment;
  latencies: Latencies;
  onLatencies: (latencies: Latencies) => void;
  /** Somebody without control paused by a headset or the like, and is brought back. */
  onSnapBack: () => void;
}

const TICK_MS = { moving: 30, resting: 250 };
/** How long the player may stand as its person left it until the room has answered. */
const ANSWER_WITHIN_MS = 1_500;
const WHOLE_TOLERANCE_S = 0.3;

export class SyncEngine {
  readonly #options: EngineOptions;
  readonly #latency: LatencyMemory;
  readonly #pilot: Pilot;
  readonly #cancels: (() => void)[];
  #cancelTick: () => void = () => {};
  #film: Film | null = null;
  #roomRate = 1;
  #arrived = false;
  #stalledSince_ms: number | null = null;
  #placingSince_ms: number | null = null;
  #asked: { until_ms: number; rev: number } | null = null;
  #wasDetached = false;

  constructor(options: EngineOptions) {
    const { session, player, environment } = options;
    this.#options = options;
    this.#latency = new LatencyMemory(options.latencies);
    this.#pilot = new Pilot(this.#latency);
    this.#cancels = [
      player.on((event) => this.#heard(event)),
      environment.onAlarm(() => this.#step()),
      session.on("rejoined", () => this.#pilot.reset()),
      // Messages arrive also where timers are throttled: a hidden page lives by them.
      session.store.subscribe((state, before) => {
        if (state.playback !== before.playback || state.clock !== before.clock) this.#step();
      }),
    ];
    this.#tick();
  }

  close(): void {
    for (const cancel of [...this.#cancels, this.#cancelTick]) cancel();
    this.#options.session.observe(null);
  }

  open(film: Film | null): void {
    this.#film = film;
    this.#arrived = false;
    this.#asked = null;
    this.#pilot.reset();
    this.#options.player.load(film, this.#options.session.target() ?? 0);
    this.#step();
  }

  play(): void {
    if (this.detached) void this.#options.player.play();
    else this.#options.session.play();
  }

  pause(): void {
    if (this.detached) this.#options.player.pause();
    else this.#options.session.pause();
  }

  seek(position_s: number): void {
    if (this.detached) this.#options.player.seek(position_s);
    else this.#options.session.seek(position_s);
  }

  skip(by_s: number): void {
    if (this.detached) this.seek(this.#options.player.look().position_s + by_s);
    else this.#options.session.skip(by_s);
  }

  setRate(rate: number): void {
    if (this.detached) this.#options.player.setRate(rate, { keepPitch: true });
    else this.#options.session.setRate(rate);
  }

  get detached(): boolean {
    return this.#options.session.store.getState().sync.status === "detached";
  }

  #tick(): void {
    this.#step();
    const moving = this.#options.session.timeline.newest?.mode === "playing";
    const every_ms = moving ? TICK_MS.moving : TICK_MS.resting;
    this.#cancelTick = this.#options.environment.after(every_ms, () => this.#tick());
  }

  #heard(event: PlayerEvent): void {
    if (event === "paused_outside") this.#changedOutside("pause");
    else if (event === "started_outside") this.#changedOutside("play");
    else if (event === "unblocked") this.#pilot.reset();
    this.#step();
  }

  #changedOutside(to: "play" | "pause"): void {
    const { session, environment, player, onSnapBack } = this.#options;
    const meaning = meaningOf({
      to,
      watched: environment.isVisible() || player.view.getState().inPip,
      sinceVisibilityChange_ms: environment.sinceVisibilityChange_ms(),
      mayControl: session.store.getState().you?.can_control ?? false,
      detached: this.detached,
    });
    if (meaning === "snap_back") onSnapBack();
    if (meaning !== "ask_room") return;
    const until_ms = environment.now() + ANSWER_WITHIN_MS;
    this.#asked = { until_ms, rev: session.timeline.newest?.rev ?? 0 };
    if (to === "pause") session.pause();
    else session.play();
  }

  #step(): void {
    const { session, player } = this.#options;
    if (this.#film === null) {
      session.observe(null);
      return;
    }
    const look = player.look();
    this.#noticeDetachment();
    if (look.loaded && !this.#wasDetached && !this.#held(look)) this.#steer(look);
    session.observe(this.#reading(look));
  }

  #noticeDetachment(): void {
    // It may have been in the middle of a pulse.
    if (this.detached && !this.#wasDetached) this.#options.player.setRate(1, { keepPitch: true });
    this.#wasDetached = this.detached;
  }

  /** Reasons to leave the player as it is for now. */
  #held(look: PlayerLook): boolean {
    const { session, player } = this.#options;
    if (player.view.getState().blocked) return true;
    const playback = session.timeline.newest;
    const other = this.#film?.videoId !== undefined && playback?.video_id !== this.#film.videoId;
    if (other) {
      if (!look.paused) player.pause();
      return true;
    }
    if (this.#asked === null) return false;
    const answered = playback?.rev !== this.#asked.rev || look.at_ms > this.#asked.until_ms;
    if (answered) this.#asked = null;
    return !answered;
  }

  #steer(look: PlayerLook): void {
    const { session, environment } = this.#options;
    const room_ms = session.roomTime();
    const clock = session.store.getState().clock;
    if (room_ms === null || clock === null) return;
    const before = this.#latency.values;
    const decision = this.#pilot.step(
      { ...look, now_ms: look.at_ms },
      {
        timeline: session.timeline,
        now_ms: room_ms - (environment.now() - look.at_ms),
        uncertainty_ms: clock.uncertainty_ms,
      },
    );
    for (const order of decision.orders) this.#carryOut(order);
    environment.setAlarm(decision.wakeAt_ms);
    if (before.start_ms !== this.#latency.values.start_ms) {
      this.#options.onLatencies(this.#latency.values);
    }
    this.#noticePlace(look);
  }

  #carryOut(order: Order): void {
    const { player, session } = this.#options;
    switch (order.do) {
      case "play":
        void player.play();
        return;
      case "pause":
        player.pause();
        return;
      case "seek":
        player.seek(order.position_s);
        return;
      case "rate": {
        // A lasting rate keeps its pitch. Pulses around 1 must not: see sync/drift.
        this.#roomRate = session.timeline.newest?.rate ?? 1;
        player.setRate(order.rate, { keepPitch: this.#roomRate !== 1 });
      }
    }
  }

  #noticePlace(look: PlayerLook): void {
    const { phase } = this.#pilot;
    const there = phase === "following" || phase === "held";
    if (there) this.#placingSince_ms = null;
    else this.#placingSince_ms ??= look.at_ms;
    // At the end of what is made of a film there is a picture, but nothing to play on.
    const settled = !look.seeking && (look.ready || phase === "held");
    if (there && settled) this.#arrived = true;
  }

  #reading(look: PlayerLook): PlayerReading {
    const { session, player } = this.#options;
    const playback = session.timeline.newest;
    const wanting = playback?.mode === "playing" || playback?.mode === "waiting";
    const starved = wanting && !look.ended && (!look.ready || look.seeking);
    this.#stalledSince_ms = starved ? (this.#stalledSince_ms ?? look.at_ms) : null;
    const { duration_s, blocked, shownQuality } = player.view.getState();
    const end_s = Math.min(duration_s, playback === null ? duration_s : limit_s(playback));
    return {
      position_s: look.position_s,
      error_ms: this.#error_ms(look),
      buffered_s: Math.max(0, look.buffered_s),
      bufferedToEnd: look.position_s + look.buffered_s >= end_s - WHOLE_TOLERANCE_S,
      stalledSince_ms: this.#stalledSince_ms,
      rate: this.#roomRate,
      blocked,
      placing_ms: this.#placingSince_ms === null ? 0 : look.at_ms - this.#placingSince_ms,
      arrived: this.#arrived || blocked,
      quality: shownQuality,
    };
  }

  /** On the way to its place a player is somewhere else on purpose: that is no error. */
  #error_ms(look: PlayerLook): number | null {
    const { session } = this.#options;
    const { newest } = session.timeline;
    const held = this.#pilot.phase === "held" && newest !== null;
    const target_s = held && !this.detached ? restingPlace_s(newest) : session.target();
    const comparable = this.detached || this.#placingSince_ms === null;
    if (target_s === null || !comparable) return null;
    return (look.position_s - target_s) * 1000;
  }
}
