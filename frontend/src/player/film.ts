import type { Sidecar } from "./SidecarTracks";

/** What the room hands to the stage: the film as this person may see it. */
export interface StageMedia {
  manifestUrl: string;
  kind: "hls" | "file";
  title: string;
  /** Lets the engine see that the room has gone on to another film before this one is replaced. */
  videoId?: string;
  posterUrl?: string | null;
  spritesUrl?: string | null;
  /** Captions beside the film; those inside its stream are found there. */
  sidecars?: Sidecar[];
}
