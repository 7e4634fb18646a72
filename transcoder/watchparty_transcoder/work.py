"""Turns a plan into tasks, in the order in which people wait for them. Runs nothing itself.

What stands between the upload and the first picture is awaited; everything else comes later, after that picture.
"""

from pathlib import Path

from watchparty_transcoder import subtitles
from watchparty_transcoder.copying import copy_streams
from watchparty_transcoder.encode import Encoder
from watchparty_transcoder.models import AudioPlan, Chunk, Film, Lane, Rung
from watchparty_transcoder.poster_and_sprites import make_card, make_poster, make_sprites
from watchparty_transcoder.renditions import ProgressingPicture
from watchparty_transcoder.tasks import Report, Task

SUBTITLES, POSTER, SPRITES = "subtitles", "poster", "sprites"  # names of the tasks that make them


def light_tasks(encoder: Encoder) -> list[Task]:
    """Copying and sound: little work for the processor, all of it awaited."""
    plan = encoder.plan
    copied = [track for track in plan.audio if track.copied]
    picture = plan.film.copy if plan.film else None
    tasks = [Task("copy", lambda report: copy_streams(encoder, picture, copied, report))] if picture or copied else []
    for track in plan.audio:
        tasks += [_audio_task(encoder, track, chunk) for chunk in track.chunks]
    return tasks


def awaited_lane(film: Film) -> tuple[Lane, ...]:
    """The lane that the first picture comes from, unless that is copied."""
    return () if film.copy else film.lanes[:1]


def later_lanes(film: Film) -> tuple[Lane, ...]:
    return film.lanes if film.copy else film.lanes[1:]


def lane_tasks(encoder: Encoder, film: Film, lane: Lane) -> list[Task]:
    """Chunk after chunk; in one that is awaited the lowest rung comes alone and first."""
    lowest_first = tuple(reversed(lane.rungs))
    tasks = []
    for chunk in lane.chunks:
        apart = chunk.apart and len(lane.rungs) > 1
        for group in [(rung,) for rung in lowest_first] if apart else [lowest_first]:
            tasks.append(_video_task(encoder, film, lane, group, chunk))
    return tasks


def subtitle_task(encoder: Encoder) -> list[Task]:
    plan = encoder.plan

    def work(_report: Report) -> None:
        subtitles.extract(
            Path(encoder.source),
            plan.subtitles,
            origin_s=plan.container_origin_s,
            storage=encoder.storage,
            cancelled=lambda: encoder.processes.cancelled,
        )

    return [Task(SUBTITLES, work, needed=False)] if plan.subtitles else []


def poster_task(encoder: Encoder) -> Task:
    def work(_report: Report) -> None:
        if film := encoder.plan.film:
            make_poster(encoder, film)
        else:
            make_card(encoder)

    return Task(POSTER, work, needed=False)


def sprites_task(encoder: Encoder, rendition: ProgressingPicture) -> Task:
    return Task(SPRITES, lambda _report: make_sprites(encoder, rendition), needed=False)


def _audio_task(encoder: Encoder, track: AudioPlan, chunk: Chunk) -> Task:
    def work(report: Report) -> None:
        encoder.audio(track, chunk, report)

    return Task(f"{track.name.replace('/', '-')}-{chunk.first:05d}", work)


def _video_task(encoder: Encoder, film: Film, lane: Lane, rungs: tuple[Rung, ...], chunk: Chunk) -> Task:
    def work(report: Report) -> None:
        encoder.video(film, lane, rungs, chunk, report)

    heights = "-".join(str(rung.height) for rung in rungs)
    return Task(f"{lane.kind}-{chunk.first:05d}-{heights}", work)
