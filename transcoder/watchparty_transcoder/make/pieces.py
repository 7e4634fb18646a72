"""Turns a plan into tasks: what each one does, and in which order they follow. Runs nothing, decides nothing."""

from collections.abc import Sequence

from watchparty_transcoder.make.copy import copy_streams
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.poster_and_sprites import make_card, make_poster, make_sprites
from watchparty_transcoder.make.workers import Pool, Task
from watchparty_transcoder.mp4.segment import Report
from watchparty_transcoder.plan.models import AudioPlan, Chunk, Film, Lane, Rung
from watchparty_transcoder.publish.progress import ProgressingPicture
from watchparty_transcoder.publish.publisher import POSTER_TASK, SPRITES_TASK, SUBTITLES_TASK
from watchparty_transcoder.subtitles import extract


def sound_tasks(encoder: Encoder) -> list[Task]:
    """Everything that is copied, then sound: the beginning of every track before the rest of any."""
    plan = encoder.plan
    copied = [track for track in plan.audio if track.copied]
    picture = plan.film.copy if plan.film else None
    tasks = [Task("copy", lambda report: copy_streams(encoder, picture, copied, report))] if picture or copied else []
    by_place = sorted(
        ((chunk, track) for track in plan.audio for chunk in track.chunks), key=lambda each: each[0].first
    )
    return [*tasks, *(_audio_task(encoder, track, chunk) for chunk, track in by_place)]


def all_tasks(encoder: Encoder) -> list[tuple[Task, Pool]]:
    """The whole plan but for the sprites, in the order in which people wait for it."""
    film = encoder.plan.film
    lanes = [lane_tasks(encoder, film, lane) for lane in film.lanes] if film else []
    leading = lanes[:1] if film and not film.copy else []
    return [
        *((task, Pool.SOUND) for task in sound_tasks(encoder)),
        *((task, Pool.PICTURE) for lane in leading for task in lane),
        *((task, Pool.EXTRAS) for task in (poster_task(encoder), *subtitle_tasks(encoder))),
        *((task, Pool.PICTURE) for lane in lanes[len(leading) :] for task in lane),
    ]


def lane_tasks(encoder: Encoder, film: Film, lane: Lane, *, only: Sequence[Rung] = ()) -> list[Task]:
    """Chunk after chunk; in one that is awaited each rung comes alone, the lowest first."""
    lowest_first = tuple(reversed(only or lane.rungs))
    tasks = []
    for chunk in lane.chunks:
        groups = [(rung,) for rung in lowest_first] if chunk.apart else [lowest_first]
        tasks += [_video_task(encoder, film, lane, group, chunk) for group in groups]
    return tasks


def subtitle_tasks(encoder: Encoder) -> list[Task]:
    plan = encoder.plan

    def work(_report: Report) -> None:
        extract.extract(
            encoder.source,
            plan.subtitles,
            origin_s=plan.container_origin_s,
            storage=encoder.storage,
            cancelled=lambda: encoder.processes.stopped,
        )

    return [Task(SUBTITLES_TASK, work, needed=False)] if plan.subtitles else []


def poster_task(encoder: Encoder) -> Task:
    def work(_report: Report) -> None:
        if film := encoder.plan.film:
            make_poster(encoder, film)
        else:
            make_card(encoder)

    return Task(POSTER_TASK, work, needed=False)


def sprites_task(encoder: Encoder, rendition: ProgressingPicture) -> Task:
    return Task(SPRITES_TASK, lambda _report: make_sprites(encoder, rendition), needed=False)


def _audio_task(encoder: Encoder, track: AudioPlan, chunk: Chunk) -> Task:
    def work(report: Report) -> None:
        encoder.audio(track, chunk, report)

    return Task(f"{track.name.replace('/', '-')}-{chunk.first:05d}", work)


def _video_task(encoder: Encoder, film: Film, lane: Lane, rungs: tuple[Rung, ...], chunk: Chunk) -> Task:
    def work(report: Report) -> None:
        encoder.video(film, lane, rungs, chunk, report)

    heights = "-".join(str(rung.height) for rung in rungs)
    return Task(f"{lane.name}-{chunk.first:05d}-{heights}", work)
