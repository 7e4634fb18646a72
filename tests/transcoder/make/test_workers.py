"""Pieces that are done are skipped when a run is repeated, and failures are reported."""

from dataclasses import replace
from pathlib import Path

import msgspec

from watchparty_transcoder.make.workers import FilmWarning, Marker, Piece, PieceEnded, Pool, Workers, read_marker
from watchparty_transcoder.mp4.segment import MissingPart, Report, StoredSegment
from watchparty_transcoder.storage.folder import FolderStorage

SEGMENT = StoredSegment("v360/ladder", 0, 4.0, 5, 120, 0, 120_000)


def run(
    folder: Path, piece: Piece, plan_hash: str = "abc"
) -> list[StoredSegment | MissingPart | FilmWarning | PieceEnded]:
    workers = Workers(storage=FolderStorage(folder), plan_hash=plan_hash)
    workers.submit([piece], Pool.VIDEO)
    reports: list[StoredSegment | MissingPart | FilmWarning | PieceEnded] = []
    while not workers.idle:
        report = workers.next_report(10)
        assert report is not None
        reports.append(replace(report, took_s=0.0) if isinstance(report, PieceEnded) else report)
    workers.stop()
    return reports


class Counted:
    """Work that stores one segment and counts its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times = 0

    def __call__(self, report: Report) -> None:
        self.times += 1
        FolderStorage(self.folder).write("v360/ladder-00000.m4s", b"12345")
        report(SEGMENT)


def test_a_piece_is_done_once(tmp_path: Path) -> None:
    """The second run does not repeat the piece, and reports the same segments."""
    work = Counted(tmp_path)
    piece = Piece("ladder-00000-360", work)
    assert run(tmp_path, piece) == [SEGMENT, PieceEnded(piece, None)]
    assert run(tmp_path, piece) == [SEGMENT, PieceEnded(piece, None)]
    assert work.times == 1


def test_a_piece_done_for_another_plan_is_not_done(tmp_path: Path) -> None:
    """A marker belongs to one plan."""
    work = Counted(tmp_path)
    run(tmp_path, Piece("ladder-00000-360", work), "abc")
    run(tmp_path, Piece("ladder-00000-360", work), "def")
    assert work.times == 2


def test_a_marker_without_its_segments_does_not_count(tmp_path: Path) -> None:
    """If a segment is missing or has another size, or the marker is unreadable, the piece is repeated."""
    work = Counted(tmp_path)
    piece = Piece("ladder-00000-360", work)
    run(tmp_path, piece)
    (tmp_path / "v360" / "ladder-00000.m4s").write_bytes(b"123")
    run(tmp_path, piece)
    (tmp_path / ".state" / "abc" / "ladder-00000-360.done").write_bytes(b"{")
    run(tmp_path, piece)
    assert work.times == 3


def test_a_failure_is_reported_and_leaves_no_marker(tmp_path: Path) -> None:
    """The report contains the error; the next run tries again."""
    error = RuntimeError("no")

    def work(_report: Report) -> None:
        raise error

    piece = Piece("ladder-00000-360", work)
    assert run(tmp_path, piece) == [PieceEnded(piece, error)]
    assert not (tmp_path / ".state").exists()


def test_markers_of_earlier_versions_stay_readable(tmp_path: Path) -> None:
    """The names in a marker's JSON are fixed."""
    storage = FolderStorage(tmp_path)
    stored = (
        b'{"segments":[{"rendition":"v360/ladder","number":0,"duration_s":4.0,"size":5,"frames":120,"begin":0,'
        b'"end":120000}],"warnings":[{"sentence":"Part"}],"made":true}'
    )
    storage.write("x.done", stored)
    marker = read_marker(storage, "x.done")
    assert marker == Marker((SEGMENT,), (FilmWarning("Part"),))
    assert msgspec.json.encode(marker) == stored.replace(b',"made"', b',"missing":[],"made"')


def test_a_restarted_run_knows_what_is_missing(tmp_path: Path) -> None:
    """As its predecessor reported it."""
    part = MissingPart("a0/aac", 1.0, 2.5)
    piece = Piece("a0-aac-00000", lambda report: report(part))
    assert run(tmp_path, piece) == [part, PieceEnded(piece, None)]
    assert run(tmp_path, piece) == [part, PieceEnded(piece, None)]
