"""Names of the first edition do not come back, and documents do not use them.

CONTRIBUTING.md keeps a table of them for one release. Names that are also ordinary words (door, lane, ticket) are only
checked as names of files, folders and definitions.
"""

import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
EXEMPT = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/adr/0011-folders-in-the-order-of-knowledge.md",
    "frontend/package-lock.json",
    "tests/docs/test_retired_names.py",
}
RETIRED_NAMES = re.findall(
    r"\S+",
    """
    herald Herald chronicle Chronicle caretaker Caretaker attendance Attendance Attendee gathering Gathering
    reception Reception comer comers Comer ComesIn Operate Retract Wipe Vacate call_roll looks_after note_archived
    Wish Parcel Equipment Mailbox Pilot OutsideChange StageHere RoomHere
    lowering reaping sweeping housekeeping Housekeeping made_up_names commit_and_tell open_door hear_upload
    forget_expired reap_unfinished sweep_all place_of standing_of StandingOf Outsider OutsideIdentity SweeperOnly
    Wakeups
    copy_gate rung Rung rung_cutter RungCutter Lane LaneKind isobmff sound_plan film_plan standby Speaker speaker
    LineAnnouncer TopicAnnouncer
""",
)
RETIRED_FILES = re.findall(
    r"\S+",
    """
    accounts/making accounts/outside accounts/proof answers audience chatGate changeSentences copying deciding door
    drawnPart eager entering flights flood handling happening hearing held isobmff knocking lane lengthOf lengths lists
    logged mailbox meter original outside pilot roll scene standing standby step syncWords ticket vocabulary wayBack
    ways wire words
""",
)

RETIRED_DEFINITIONS = re.findall(
    r"\S+",
    """
    audience door entering gathering lane mailbox parcel pilot reception roll say speaker standby standing ticket
    vocabulary wire wish
""",
)
"""Ordinary words that are no names of classes, functions or constants."""


INPUTS = "tests/fuzz/corpus/"
"""Inputs of the fuzzer, which need not be text."""


def tracked() -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def texts() -> dict[str, str]:
    found = {}
    for name in tracked():
        if name not in EXEMPT and not name.startswith(INPUTS) and (ROOT / name).is_file():
            content = (ROOT / name).read_bytes()
            if b"\0" not in content:
                found[name] = content.decode()
    return found


TEXTS = texts()


@pytest.mark.parametrize("name", RETIRED_NAMES)
def test_a_retired_name_does_not_occur(name: str) -> None:
    """Neither in code nor in comments nor in documents."""
    whole_word = re.compile(rf"(?<![\w-]){name}(?!\w)")
    assert [path for path, text in TEXTS.items() if name in text and whole_word.search(text)] == []


@pytest.mark.parametrize("name", RETIRED_FILES)
def test_no_file_has_a_retired_name(name: str) -> None:
    """Nor has the test of one, nor a folder."""
    stem = name.rpartition("/")[2]
    paths = [PurePosixPath(path) for path in tracked()]
    same = [path for path in paths if path.name.partition(".")[0] in (stem, f"test_{stem}")]
    folders = [str(path) for path in paths if f"/{name}/" in f"/{path.parent}/" and "terraform" not in path.parts]
    assert [str(path) for path in same if str(path.with_suffix("")).endswith(name) or name == stem] + folders == []


def definitions(name: str, texts: dict[str, str]) -> list[str]:
    """Files that define a class, type, function or constant of this name, in any case."""
    defined = re.compile(rf"\b(?:class|def|interface|type|function|const|let) {name}\b(?!:)|^{name} = ", re.I | re.M)
    return [path for path, text in texts.items() if re.search(r"\.(py|tsx?)$", path) and defined.search(text)]


@pytest.mark.parametrize("name", RETIRED_DEFINITIONS)
def test_no_definition_has_a_retired_name(name: str) -> None:
    """Ordinary words may occur in sentences and for a moment as variables, but name no concept."""
    assert definitions(name, TEXTS) == []


def test_outbox_means_the_transactional_outbox() -> None:
    """The queue of a socket is `send_queue`. In the relay only the journal is an outbox: it keeps events until told."""
    transactional = ("bootstrap.py", "bus/journal.py", "reporting/room_events.py")
    relay = {
        path: text for path, text in TEXTS.items() if path.startswith(("sync-relay/", "frontend/src/", "transcoder/"))
    }
    found = [path for path, text in relay.items() if re.search(r"outbox", text, re.I)]
    assert [path for path in found if not path.endswith(transactional)] == []


@pytest.mark.parametrize(
    "text", ["class Ticket(Struct): ...", "def roll() -> None: ...", "export interface Pilot {}", "WIRE = 1"]
)
def test_a_retired_definition_is_found(text: str) -> None:
    """Classes, functions, interfaces and constants are recognised."""
    assert [name for name in RETIRED_DEFINITIONS if definitions(name, {"some/module.tsx": text})]


def test_the_page_has_no_transport() -> None:
    """Play, pause, seek, skip and speed go through `PlaybackControls`; a transport carries the relay's connections."""
    page = {path: text for path, text in TEXTS.items() if path.startswith("frontend/src/")}
    assert definitions("Transport", page) == []
