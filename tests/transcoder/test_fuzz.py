"""Any bytes give a playable film or a failure with its code; no hang, no crash, no temporary files."""

import shutil
from pathlib import Path

import pytest

from transcoder.decoding import read_master, segments
from transcoder.mutants import mutants
from transcoder.running import transcode

pytestmark = pytest.mark.media

BATCH = 25
FULL_BATCHES = 80
EXPECTED = ("unsupported", "no_media", "corrupt", "incomplete", "too_long", "too_large")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.getoption("--media-full")
    metafunc.parametrize("batch", range(FULL_BATCHES if full else 1))


def test_mutants(batch: int, tmp_path: Path) -> None:
    """Each mutant ends as a playable film or with an error for the uploader."""
    for number, source in mutants(tmp_path, batch * BATCH, BATCH):
        folder = tmp_path / "out"
        outcome = transcode(source, folder)
        what = f"mutant {number}: exit {outcome.exit_code}\n{outcome.log[-3000:]}"
        assert outcome.events, what
        if outcome.exit_code == 0:
            assert outcome.last["kind"] == "finished", what
            master = read_master(folder)
            for uri in {each["URI"] for each in (*master.variants, *master.media)}:
                assert segments(folder / uri), what
        else:
            assert (outcome.exit_code, outcome.last["kind"]) == (2, "failed"), what
            assert outcome.last["code"] in EXPECTED, what
        assert not list(folder.rglob("*.unfinished")), what
        shutil.rmtree(folder)
        source.unlink()
