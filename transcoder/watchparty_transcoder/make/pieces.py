"""Turns a plan into pieces of work: what each piece does, and in which order they follow. Runs nothing."""

import threading
from collections.abc import Sequence

from watchparty_transcoder.make.copy import copy_streams
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.poster_and_sprites import make_audio_poster, make_poster, make_sprites
from watchparty_transcoder.make.workers import Piece, Pool
from watchparty_transcoder.mp4.segment import MissingPart, Report, StoredSegment
from watchparty_transcoder.plan.models import AudioPlan, Chunk, Pass, RenditionPlan, VideoPlan
from watchparty_transcoder.publish.progress import VideoProgress
from watchparty_transcoder.publish.publisher import FURTHER_COPY_PIECE, POSTER_PIECE, SPRITES_PIECE, SUBTITLES_PIECE
from watchparty_transcoder.subtitles import extract

SOUND_WITHIN_S = 5.0
"""After that the copy goes on, whatever the sound does."""


def audio_pieces(encoder: Encoder) -> list[Piece]:
    """One piece for everything that is copied, then the audio: first the beginning of every track, then the rest."""
    plan = encoder.plan
    copied = [track for track in plan.audio if track.copied]
    video = plan.video.leading_copy if plan.video else None

    count = len(copied) + (video is not None)

    def copy(report: Report) -> None:
        sound_is_encoded = len(copied) < len(plan.audio)
        copy_streams(
            encoder, video, copied, waits_for_sound(report, count, encoder.begun) if sound_is_encoded else report
        )

    pieces = [Piece("copy", copy)] if video or copied else []
    by_start = sorted(
        ((chunk, track) for track in plan.audio for chunk in track.chunks), key=lambda each: each[0].first
    )
    return [*pieces, *(_audio_piece(encoder, track, chunk) for chunk, track in by_start)]


def further_copy_pieces(encoder: Encoder) -> list[Piece]:
    """The copy of a picture that only some browsers play. The film does without it if its frames do not fit."""
    video = encoder.plan.video
    if video is None or video.copy is None or video.leading_copy:
        return []
    return [Piece(FURTHER_COPY_PIECE, lambda report: copy_streams(encoder, video.copy, (), report), needed=False)]


def waits_for_sound(report: Report, streams: int, begun: threading.Event) -> Report:
    """A copy that reports through this pauses once, until viewers can begin to watch.

    It does so after the first segment of each of its `streams`, and leaves the disk and the cores to the sound.
    """
    missing = streams

    def pausing(item: StoredSegment | MissingPart) -> None:
        nonlocal missing
        report(item)
        if isinstance(item, StoredSegment) and item.number == 0:
            missing -= 1
            if not missing:
                begun.wait(SOUND_WITHIN_S)

    return pausing


def all_pieces(encoder: Encoder) -> list[tuple[Piece, Pool]]:
    """The whole plan except for the sprites, in the order in which viewers wait for it."""
    video = encoder.plan.video
    passes = [pass_pieces(encoder, video, encode_pass) for encode_pass in video.passes] if video else []
    leading = passes[:1] if video and not video.leading_copy else []
    return [
        *((piece, Pool.AUDIO) for piece in audio_pieces(encoder)),
        *((piece, Pool.VIDEO) for encode_pass in leading for piece in encode_pass),
        *(
            (piece, Pool.EXTRAS)
            for piece in (poster_piece(encoder), *further_copy_pieces(encoder), *subtitle_pieces(encoder))
        ),
        *((piece, Pool.VIDEO) for encode_pass in passes[len(leading) :] for piece in encode_pass),
    ]


def pass_pieces(
    encoder: Encoder, video: VideoPlan, encode_pass: Pass, *, only: Sequence[RenditionPlan] = ()
) -> list[Piece]:
    """Chunk after chunk. A chunk that viewers wait for is one piece per rendition, the lowest first."""
    lowest_first = tuple(reversed(only or encode_pass.renditions))
    pieces = []
    for chunk in encode_pass.chunks:
        groups = [(rendition,) for rendition in lowest_first] if chunk.per_rendition else [lowest_first]
        pieces += [_video_piece(encoder, video, encode_pass, group, chunk) for group in groups]
    return pieces


def subtitle_pieces(encoder: Encoder) -> list[Piece]:
    plan = encoder.plan

    def work(_report: Report) -> None:
        extract.extract(
            encoder.source,
            plan.subtitles,
            demuxer=plan.demuxer,
            origin_s=plan.container_origin_s,
            film_s=plan.duration_s,
            size=(plan.video.decoded.width, plan.video.decoded.height) if plan.video else (0, 0),
            storage=encoder.storage,
            cancelled=lambda: encoder.processes.stopped,
        )

    return [Piece(SUBTITLES_PIECE, work, needed=False)] if plan.subtitles else []


def poster_piece(encoder: Encoder) -> Piece:
    def work(_report: Report) -> None:
        if video := encoder.plan.video:
            make_poster(encoder, video)
        else:
            make_audio_poster(encoder)

    return Piece(POSTER_PIECE, work, needed=False)


def sprites_piece(encoder: Encoder, rendition: VideoProgress) -> Piece:
    return Piece(SPRITES_PIECE, lambda _report: make_sprites(encoder, rendition), needed=False)


def _audio_piece(encoder: Encoder, track: AudioPlan, chunk: Chunk) -> Piece:
    def work(report: Report) -> None:
        encoder.encode_audio(track, chunk, report)

    return Piece(f"{track.name.replace('/', '-')}-{chunk.first:05d}", work)


def _video_piece(
    encoder: Encoder, video: VideoPlan, encode_pass: Pass, renditions: tuple[RenditionPlan, ...], chunk: Chunk
) -> Piece:
    def work(report: Report) -> None:
        encoder.encode_video(video, encode_pass, renditions, chunk, report)

    heights = "-".join(str(rendition.height) for rendition in renditions)
    return Piece(f"{encode_pass.name}-{chunk.first:05d}-{heights}", work)
