"""`make bench-transcode`: measures when a film becomes playable, what its renditions cost, and their quality.

Everything is compared with a plain ffmpeg in the same run on the same films. `--only PART` runs one part.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from bench.main_job import host_of
from bench.report import Row, publish, spread_of
from bench.transcoding import films, ours, plain, quality
from bench.transcoding.costs import cost_of
from bench.transcoding.home import own_quality_after_upload_s
from bench.transcoding.projection import project
from e2e.home import Home

RUNS = 3
AV1_SECONDS = 10


def first_playable(folder: Path) -> Iterator[Row]:
    """Runs ours, ours from a cold start, and plain ffmpeg in turns, so that a busy moment affects all of them."""
    names = count()
    for key, what, source, goal in (
        ("first_playable_vs_plain", "HEVC: first playable", films.not_copyable(), 0.25),
        ("copy_first_playable_vs_plain", "copyable: first playable", films.hard(), 0.05),
    ):
        ladder = ours.Ladder(source, folder / "plan")
        mine, cold, theirs = [], [], []
        for _ in range(RUNS):
            mine.append(ours.first_playable_s(source, folder / f"ours-{next(names)}"))
            cold.append(ours.cold_first_playable_s(source, folder / f"ours-{next(names)}"))
            target, began_s = folder / f"plain-{next(names)}", time.monotonic()
            process = plain.ladder(source, target, ladder.video.grid, ladder.renditions)
            theirs.append(plain.first_segment_s(process, target, began_s))
        plain_s, spread = statistics.median(theirs), f"{spread_of(theirs)} s"
        ratio = statistics.median(mine) / plain_s
        yield Row(key, f"{what}, prewarmed / plain ladder", ratio, "×", goal, f"{spread_of(mine)} s, {spread}")
        ratio = statistics.median(cold) / plain_s
        yield Row(f"cold_{key}", f"{what}, cold start / plain", ratio, "×", None, f"{spread_of(cold)} s, {spread}")


def length(folder: Path) -> Iterator[Row]:
    """The ratio is that of the cold starts: without the startup time, which both share, the figures are too small."""
    short, long = films.minute(), films.two_hours()
    prewarmed_s, long_s, short_s = [], [], []
    for number in range(RUNS):
        prewarmed_s.append(ours.first_playable_s(long, folder / f"prewarmed-{number}"))
        long_s.append(ours.cold_first_playable_s(long, folder / f"long-{number}"))
        short_s.append(ours.cold_first_playable_s(short, folder / f"short-{number}"))
    what = "copyable, 2 h: first playable, prewarmed"
    yield Row("two_hours_first_playable_s", what, statistics.median(prewarmed_s), "s", 0.5, spread_of(prewarmed_s))
    ratio = statistics.median(long_s) / statistics.median(short_s)
    spread = f"{spread_of(long_s)} s, {spread_of(short_s)} s"
    yield Row("length_ratio", "copyable: first playable, cold start, 2 h / 60 s", ratio, "×", 5, spread)


def containers(folder: Path) -> Iterator[Row]:
    """When the film's own quality can be watched, from files other than MP4."""
    for number, name in enumerate(films.CONTAINERS):
        source = films.minute_in(name)
        taken = [ours.first_playable_s(source, folder / f"{number}-{run}", copied=True) for run in range(RUNS)]
        key = f"own_quality_{number}_s"
        yield Row(key, f"{name}, 60 s: own quality, prewarmed", statistics.median(taken), "s", 1, spread_of(taken))
    yield after_upload(folder)


def after_upload(folder: Path) -> Row:
    """The commonest film file as its owner meets it: from the last bytes that a home server receives."""
    server = Home(folder / "data")
    try:
        owner, film = host_of(server), films.two_hours_of_matroska()
        taken = [own_quality_after_upload_s(server, owner, film, height=1080) for _ in range(RUNS)]
    finally:
        server.stop()
    what = "Matroska, 8 Mb/s, AC-3 5.1, SRT, 2 h: own quality after the upload's last byte"
    return Row("own_quality_after_upload_s", what, statistics.median(taken), "s", 1, spread_of(taken))


def ladder_cost(folder: Path) -> Iterator[Row]:
    source = films.hard()
    mine = ours.Ladder(source, folder / "ours")
    grid, renditions = mine.video.grid, mine.renditions
    theirs = cost_of(lambda: plain.ladder(source, folder / "plain", grid, renditions).wait())
    chunks = mine.make_all()
    four = cost_of(
        lambda: [each.wait() for each in plain.one_process_per_rendition(source, folder / "four", grid, renditions)]
    )
    cpu_s = sum(cost.cpu_s for _, cost in chunks)
    yield Row("cpu_vs_four", "ladder: CPU, ours / four processes", cpu_s / four.cpu_s, "×", 0.72)
    yield Row("cpu_vs_plain", "ladder: CPU, 20 s chunks / plain", cpu_s / theirs.cpu_s, "×", 1.05)
    yield Row("cpu_s_per_s", "ladder: CPU seconds per second of film", cpu_s / films.HARD_S, "s")
    plain_bytes = sum(each.stat().st_size for each in (folder / "plain").glob("*.m4s"))
    bits = sum(each.size for each in mine.made) / plain_bytes
    yield Row("bits_vs_plain", "ladder: bits, ours / plain", bits, "×", 1.02)
    yield from _vmaf_rows(mine, source, folder / "plain")
    one_s, two_s = ours.two_slots_speedup(source, folder / "slots")
    yield Row(
        "two_slot_speedup",
        "two task slots / one",
        one_s / two_s,
        "×",
        1.8,
        f"{two_s:.3g} s, {one_s:.3g} s",
        at_least=True,
    )
    most_expensive = max(cost.cpu_s / length_s for length_s, cost in chunks)
    yield from project(most_expensive=most_expensive, mean=cpu_s / films.HARD_S, efficiency=min(1.0, one_s / two_s / 2))


def _vmaf_rows(mine: ours.Ladder, source: Path, plain_folder: Path) -> Iterator[Row]:
    """Compares each rendition; the worst difference counts."""
    differences = []
    for number, rendition in enumerate(mine.renditions):
        one = quality.vmaf(mine.whole_file(rendition), source, rendition, seconds=films.HARD_S)
        other = quality.vmaf(plain.whole_file(plain_folder, number), source, rendition, seconds=films.HARD_S)
        differences.append((one.mean - other.mean, one.least - other.least))
    means, leasts = zip(*differences, strict=True)
    yield Row(
        "vmaf_mean_delta",
        "VMAF mean, ours − plain, worst rendition",
        min(means),
        "",
        -0.3,
        spread_of(means),
        at_least=True,
    )
    yield Row(
        "vmaf_min_delta", "VMAF of the worst frame, ours − plain", min(leasts), "", -2, spread_of(leasts), at_least=True
    )


def audio(folder: Path) -> Iterator[Row]:
    deltas = quality.audio_join_snr_deltas_db(folder)
    what = "audio at joins: SNR, chunks − in one go, worst"
    yield Row("audio_join_snr_delta_db", what, min(deltas), "dB", -2, spread_of(deltas), at_least=True)


def av1(folder: Path) -> Iterator[Row]:
    rendition = next(
        rendition
        for rendition in ours.Ladder(films.hard(), folder / "plan").renditions
        if min(rendition.width, rendition.height) == 720
    )
    saving = quality.av1_saving(films.hard(), folder, rendition, AV1_SECONDS)
    yield Row("av1_egress_saving", "SVT-AV1 720p at equal VMAF: bits saved", 100 * saving, "%")


PARTS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "first_playable": first_playable, "length": length, "containers": containers,
    "ladder_cost": ladder_cost, "sound": audio, "av1": av1,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="can be repeated")
    chosen = parser.parse_args().only or list(PARTS)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in chosen:
            folder = Path(temporary) / name
            folder.mkdir()
            for row in PARTS[name](folder):
                print(f"{row.what}: {row.value:.4g} {row.unit} ({row.spread})", flush=True)
                rows.append(row)
    publish(rows)


if __name__ == "__main__":
    main()
