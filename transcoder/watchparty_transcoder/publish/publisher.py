"""Writes the playlists of what is playable, and describes it for events.

A playlist is written after the segments that it names. Called from the main thread only; the worker threads just report
their segments.
"""

from watchparty_transcoder.errors import WriteConflict
from watchparty_transcoder.events.transcode_event import (
    AudioTrack,
    Availability,
    ChapterMark,
    FilmLoss,
    LostPart,
    Rendition,
    SubtitleTrack,
)
from watchparty_transcoder.mp4.coded_video import codec_name
from watchparty_transcoder.mp4.segment import PICTURE, MissingPart
from watchparty_transcoder.plan import losses
from watchparty_transcoder.plan.labels import language_tag
from watchparty_transcoder.plan.losses import Part
from watchparty_transcoder.plan.models import Loss, Plan
from watchparty_transcoder.publish import playlists
from watchparty_transcoder.publish.progress import FilmProgress, RenditionProgress, VideoProgress
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

AAC_LC = "mp4a.40.2"
SUBTITLES_PIECE, POSTER_PIECE, SPRITES_PIECE = "subtitles", "poster", "sprites"
FURTHER_COPY_PIECE = "copy-further"


class Publisher:
    def __init__(self, plan: Plan, storage: Storage) -> None:
        self._plan = plan
        self._storage = storage
        self.progress = FilmProgress(plan)
        self._written: dict[str, str] = {}
        self._codecs: dict[str, str] = {}
        self._subtitles: set[str] = set()
        self._warnings: list[str] = []
        self._missing: dict[str, set[Part]] = {}  # by sound rendition, or the picture
        self._subtitles_failed = False
        self._poster: str | None = None
        self._sprites: str | None = None

    def switch_plan(self, plan: Plan) -> None:
        """Continues with another plan for the same film; renditions that only the earlier plan had are deleted."""
        earlier, self.progress = self.progress, FilmProgress(plan)
        self.progress.inherit(earlier)
        self._plan = plan
        for name in earlier.names - self.progress.names:
            self._storage.clear(name)

    def piece_done(self, name: str) -> None:
        """Some pieces produce something other than segments that playlists and events mention."""
        if name == SUBTITLES_PIECE:
            self._subtitles = {track.name for track in self._plan.subtitles}
        elif name == POSTER_PIECE:
            self._poster = layout.POSTER
        elif name == SPRITES_PIECE:
            self._sprites = layout.SPRITES

    def piece_skipped(self, name: str) -> None:
        """The film does without it."""
        if name == SUBTITLES_PIECE:
            self._subtitles_failed = True
        elif name == FURTHER_COPY_PIECE and (video := self._plan.video) and video.copy:
            self.progress.drop([video.copy.name])
            self._storage.clear(video.copy.name)

    def add_missing(self, part: MissingPart) -> None:
        """Several renditions may report the same part."""
        self._missing.setdefault(part.of, set()).add((part.begin_s, part.end_s))

    def warn(self, sentence: str) -> None:
        if sentence not in self._warnings:
            self._warnings.append(sentence)

    def publish(self) -> Availability:
        """Updates every playlist, media playlists before the master playlist that names them."""
        for rendition in (*self.progress.audio, *self.progress.video):
            if rendition.ready:
                self._grow(layout.playlist(rendition.name), _media(rendition))
        playable_s = self.progress.playable_s()
        if playable_s > 0:
            for track in self._plan.subtitles:
                if track.name in self._subtitles:
                    self._write(layout.playlist(track.name), _text_playlist(track.name, self._plan.duration_s))
            self._write(layout.MASTER, self._master())
        return self.state(playable_s)

    def state(self, playable_s: float) -> Availability:
        lost = self._losses()
        return Availability(
            playable_s=round(playable_s, 3),
            renditions=tuple(self._rendition(each) for each in self.progress.offered()),
            audio_tracks=tuple(
                AudioTrack(
                    language=language_tag(track.language),
                    label=track.label,
                    default=track.default,
                    playlist=layout.playlist(track.name),
                )
                for track in self._plan.audio
            ),
            subtitle_tracks=self._subtitle_tracks(),
            chapters=tuple(
                ChapterMark(start_s=max(0.0, each.start_s), end_s=max(0.0, each.end_s), title=each.title)
                for each in self._plan.chapters
            ),
            warnings=(*self._plan.warnings, *self._warnings, *(each.message for each in lost)),
            losses=tuple(
                FilmLoss(
                    kind=each.kind,
                    message=each.message,
                    track=each.track,
                    parts=tuple(LostPart(begin_s=part.begin_s, end_s=part.end_s) for part in each.parts),
                )
                for each in lost
            ),
            poster=self._poster,
            sprites=self._sprites,
        )

    def _losses(self) -> tuple[Loss, ...]:
        plan, length_s = self._plan, self._plan.duration_s
        lost = [*plan.losses]
        if (video := plan.video) is not None:
            ends_s = length_s if video.ends_s is None else video.ends_s
            lost += losses.missing_picture(self._missing.get(PICTURE, ()), begins_s=video.begins_s, ends_s=ends_s)
        for track in plan.audio:
            parts, label = self._missing.get(track.name, ()), track.label if len(plan.audio) > 1 else None
            lost += losses.missing_sound(parts, begins_s=track.begins_s, length_s=length_s, track=label)
        if self._subtitles_failed:
            lost.append(losses.subtitles_not_shown([each.label for each in plan.subtitles], "are damaged"))
        return tuple(lost)

    def _subtitle_tracks(self) -> tuple[SubtitleTrack, ...]:
        ready = [track for track in self._plan.subtitles if track.name in self._subtitles]
        return tuple(
            SubtitleTrack(
                language=language_tag(track.language),
                label=track.label,
                default=track.default,
                forced=track.forced,
                shown=track in ready,
                playlist=layout.playlist(track.name) if track in ready else None,
                file=layout.subtitles(track.name) if track in ready else None,
            )
            for track in (*ready, *self._plan.subtitles_not_shown)
        )

    def _grow(self, name: str, text: str) -> None:
        """A playlist never shrinks, although a restarted run knows of fewer segments at first."""
        if name not in self._written:
            self._written[name] = (self._storage.read(name) or b"").decode()
        if len(text) > len(self._written[name]):
            self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        if self._written.get(name) == text:
            return
        try:
            self._storage.write(name, text.encode())
        except WriteConflict:
            self._written.pop(name, None)  # another run's version is there now
            raise
        self._written[name] = text

    def _master(self) -> str:
        audio = self._plan.audio
        choices = [
            playlists.TrackEntry(
                uri=layout.playlist(track.name),
                language=language_tag(track.language),
                label=track.label,
                default=track.default,
                channels=track.channels,
            )
            for track in audio
        ]
        subtitles = [
            playlists.TrackEntry(
                uri=layout.playlist(track.name),
                language=language_tag(track.language),
                label=track.label,
                default=track.default,
                forced=track.forced,
                images=layout.subtitle_images(track.name) if track.images else None,
            )
            for track in self._plan.subtitles
            if track.name in self._subtitles
        ]
        variants = [self._variant(each) for each in self.progress.offered()] or [self._audio_variant()]
        alone = len(audio) == 1 and not self.progress.video
        return playlists.master_playlist(variants=variants, audio=[] if alone else choices, subtitles=subtitles)

    def _rendition(self, each: VideoProgress) -> Rendition:
        variant = self._variant(each)
        return Rendition(
            height=each.height,
            width=each.width,
            bandwidth=variant.bandwidth,
            codecs=variant.codecs,
            source=each.source,
            playlist=variant.uri,
        )

    def _variant(self, each: VideoProgress) -> playlists.Variant:
        audio_peak = max((track.peak for track in self.progress.audio), default=0)
        audio_average = max((track.average or track.peak for track in self.progress.audio), default=0)
        codecs = [self._codec(each.name)] + ([AAC_LC] if self.progress.audio else [])
        return playlists.Variant(
            uri=layout.playlist(each.name),
            bandwidth=each.peak + audio_peak,
            average_bandwidth=None if each.average is None else each.average + audio_average,
            codecs=",".join(codecs),
            width=each.width,
            height=each.height,
            frame_rate=each.frame_rate,
        )

    def _audio_variant(self) -> playlists.Variant:
        default = next(track for track in self._plan.audio if track.default)
        rendition = next(each for each in self.progress.audio if each.name == default.name)
        return playlists.Variant(
            uri=layout.playlist(default.name),
            bandwidth=rendition.peak,
            average_bandwidth=rendition.average,
            codecs=AAC_LC,
        )

    def _codec(self, rendition: str) -> str:
        """The RFC 6381 name, from the initialisation segment."""
        if rendition not in self._codecs:
            self._codecs[rendition] = codec_name(self._storage.read(layout.init(rendition)) or b"")
        return self._codecs[rendition]


def _media(rendition: RenditionProgress) -> str:
    run = rendition.playable_segments()
    return playlists.media_playlist(
        durations=[segment.duration_s for segment in run],
        names=[layout.last_part(layout.segment(rendition.name, segment.number)) for segment in run],
        init=layout.last_part(layout.init(rendition.name)),
        longest=rendition.longest_s,
        complete=rendition.complete,
    )


def _text_playlist(name: str, duration_s: float) -> str:
    """The whole WebVTT file is one segment: all text of a film is smaller than a second of its video."""
    return playlists.media_playlist(
        durations=[duration_s],
        names=[layout.last_part(layout.subtitles(name))],
        init=None,
        longest=duration_s,
        complete=True,
    )
