"""What a decoder sees in our result is what was put into the film, for films of every container and timing."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from transcoder.differential.generated import CONTAINERS, Recipe, differences, recipe, shrunk

pytestmark = pytest.mark.media

FILMS = 2000
"""With --media-full: a night."""
FAST_FILMS = 6
FOUND = Path(__file__).parents[2] / ".build" / "differences.jsonl"

KEPT = {
    "sound later than the picture": Recipe(container="ts", video="mpeg2", audio="mp2", sound_later_s=1.2),
    "joined transport streams": Recipe(container="ts", parts=3),
    "joined cells of a disc": Recipe(container="vob", video="mpeg2", audio="ac3", parts=2),
    "a clock that begins late": Recipe(container="m2ts", video="b frames", audio="ac3", clock_s=26_000.0),
    "FLV with B frames": Recipe(container="flv", video="b frames"),
    "fragments": Recipe(container="fragmented", video="b frames"),
    "fragments with AC-3": Recipe(container="fragmented", audio="ac3", layout="5.1"),
    "twelve channels": Recipe(container="mkv", audio="pcm", layout="twelve"),
    "channels in an order of their own": Recipe(container="mov", audio="pcm", layout="7.1"),
    "a film with a sound track of AC-3": Recipe(container="mkv", audio="ac3", layout="5.1"),
}
"""One recipe per kind of fault that was found, as small as it could be made."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        full = metafunc.config.getoption("--media-full")
        metafunc.parametrize("seed", range(FILMS if full else FAST_FILMS))


@pytest.mark.parametrize("name", KEPT)
def test_kept_recipe(name: str, tmp_path: Path) -> None:
    """A fault that was found once does not return."""
    assert differences(KEPT[name], tmp_path) == []


def test_generated_film(seed: int, tmp_path: Path) -> None:
    """Nothing is early, late, missing, silent or warned of without a reason."""
    made = recipe(seed)
    if not differences(made, tmp_path / "first"):
        return
    smallest = shrunk(made, lambda each: bool(differences(each, tmp_path / "smaller")))
    shutil.rmtree(tmp_path / "smaller", ignore_errors=True)
    found = differences(smallest, tmp_path / "smallest")
    FOUND.parent.mkdir(exist_ok=True)
    with FOUND.open("a") as kept:
        kept.write(json.dumps({"seed": seed, "recipe": asdict(smallest), "found": found}) + "\n")
    assert found == [], smallest


def test_recipes_are_the_same_for_the_same_seed() -> None:
    """So that a difference found at night can be found again; every container is among a hundred recipes."""
    assert [recipe(seed) for seed in range(100)] == [recipe(seed) for seed in range(100)]
    assert {recipe(seed).container for seed in range(100)} == set(CONTAINERS)


def test_shrinking_keeps_what_the_failure_needs() -> None:
    """Everything else becomes usual."""
    made = Recipe(container="ts", video="mpeg2", audio="ac3", layout="5.1", parts=3, sound_later_s=1.2, clock_s=100.0)
    smallest = shrunk(made, lambda each: each.parts > 1 and each.audio == "ac3")
    assert smallest == Recipe(container="ts", audio="ac3", parts=3)
