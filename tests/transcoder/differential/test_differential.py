"""A viewer of our result sees and hears what plain ffmpeg sees and hears of the same file.

`make differential` does the same for thousands of films.
"""

from dataclasses import fields
from pathlib import Path

import pytest

from transcoder.cases import CASES, Case
from transcoder.differential.differences import compared, differences
from transcoder.differential.recipes import CONTAINERS, Recipe, kept, parse, recipe, shrunk
from transcoder.differential.reference import reference
from transcoder.films import make
from transcoder.running import transcode

pytestmark = pytest.mark.media

FILMS = 150
EVERY = 6
"""Of which one in so many is compared as a whole; the others in `test_probed.py`, by what the probe finds."""
ALL_FILMS = 2000
"""With --media-full, all of them as a whole."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.getoption("--media-full")
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(ALL_FILMS) if full else range(0, FILMS, EVERY))
    if "case" in metafunc.fixturenames:
        chosen = [case for case in CASES if not case.fails and (full or case.name in FAST_CASES)]
        metafunc.parametrize("case", chosen, ids=lambda case: case.name)


FAST_CASES = ("variable rate", "two languages")


@pytest.mark.parametrize("line", kept())
def test_kept_recipe(line: str, tmp_path: Path) -> None:
    """A fault that was found once does not return."""
    assert differences(parse(line), tmp_path) == []


def test_generated_film(seed: int, tmp_path: Path) -> None:
    """Frames, moments, tones, colours, cues, chapters and warnings."""
    assert differences(recipe(seed), tmp_path) == [], recipe(seed)


def test_recipes_are_the_same_for_the_same_seed() -> None:
    """So that a difference found at night can be found again; every container and property is among the recipes."""
    made = [recipe(seed) for seed in range(400)]
    assert made == [recipe(seed) for seed in range(400)]
    assert {each.container for each in made} == set(CONTAINERS)
    for each in fields(Recipe):
        assert len({getattr(one, each.name) for one in made}) > 1, each.name


def test_a_recipe_is_a_line_of_text() -> None:
    """Which makes the same film again."""
    for seed in range(200):
        assert parse(str(recipe(seed))) == recipe(seed)


def test_shrinking_keeps_what_the_failure_needs() -> None:
    """Everything else becomes usual."""
    made = Recipe(container="ts", video="mpeg2", audio="ac3", layout="5.1", parts=3, sound_later_s=0.8, clock_s=100.0)
    smallest = shrunk(made, lambda each: each.parts > 1 and each.audio == "ac3")
    assert smallest == Recipe(audio="ac3", parts=2)


def test_case_of_the_corpus(case: Case, tmp_path: Path) -> None:
    """The files of `test_cases.py`, against plain ffmpeg instead of what we know about them."""
    source = tmp_path / case.file
    if callable(case.recipe):
        case.recipe(source)
    else:
        make(source, case.recipe)
    outcome = transcode(source, tmp_path / "out")
    assert compared(outcome, reference(source, tmp_path / "reference")) == []
