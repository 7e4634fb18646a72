"""What fuzzing found once stays right: every input that is kept is tried again."""

from pathlib import Path

import pytest

from fuzz.home_server import answer
from fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_does_no_harm(name: str) -> None:
    """Each target has a corpus, and holds for all of it and for nothing at all."""
    kept = sorted((CORPUS / name).iterdir())
    assert len(kept) >= 3, f"{name} has no corpus"
    TARGETS[name](b"")
    for file in kept:
        try:
            TARGETS[name](file.read_bytes())
        except Exception as error:
            raise AssertionError(f"{file.name}: {error!r}") from error


def test_the_corpora_belong_to_targets() -> None:
    """A renamed target would otherwise leave its corpus behind."""
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)


def test_a_request_is_answered() -> None:
    """The HTTP target reaches the application, so its silence means something."""
    assert answer(b"\0GET / HTTP/1.1\r\nHost: watch.example\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
    assert answer(b"\0GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").startswith(b"HTTP/1.1 421 ")
