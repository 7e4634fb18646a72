"""The number and positions of the channels of each audio stream, from libav's description of the file.

PyAV's own `layout` and `channels` free the positions of unusual layouts twice, which ends the process. The description
also contains titles from the file, which can at worst describe a layout wrongly.
"""

import re

import av.logging
from av.container import InputContainer

DESCRIBED = re.compile(r"\s*Stream #\d+:(?P<stream>\d+)\S*: Audio: .*? Hz, (?P<layout>[^\n]*)")
NAMED = re.compile(r"\d+ channels \((?P<names>[A-Z0-9+@a-z]+)\)")
COUNTED = re.compile(r"(?P<count>\d+) channels")
DOTTED = re.compile(r"\d+(?:\.\d+)+")
AMBISONIC = re.compile(r"ambisonic (?P<order>\d+)")
COUNTS = {
    "mono": 1,
    "stereo": 2,
    "downmix": 2,
    "quad": 4,
    "hexagonal": 6,
    "octagonal": 8,
    "cube": 8,
    "hexadecagonal": 16,
}


def channel_positions(container: InputContainer) -> dict[int, tuple[str, ...]]:
    """By stream: FL, FR, AMBI0, …; NONE for a channel without a position, or of a usual layout."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)  # at which libav describes files
    try:
        with av.logging.Capture(local=False):
            described_file = container.dumps_format()  # type: ignore[attr-defined]  # missing in PyAV's stubs
    finally:
        av.logging.set_level(level)
    found: dict[int, tuple[str, ...]] = {}
    for line in described_file.splitlines():
        if described := DESCRIBED.match(line):
            found.setdefault(int(described["stream"]), positions(described["layout"]))
    return found


def positions(layout: str) -> tuple[str, ...]:
    """Of the channels of a layout as libav describes it: "5.1(side)", "1 channels (FL)", "ambisonic 1"."""
    if ambisonic := AMBISONIC.match(layout):
        return tuple(f"AMBI{number}" for number in range((int(ambisonic["order"]) + 1) ** 2))
    if named := NAMED.match(layout):
        return tuple(name.partition("@")[0] for name in named["names"].split("+"))
    if counted := COUNTED.match(layout):
        return ("NONE",) * int(counted["count"])
    if dotted := DOTTED.match(layout):
        return ("NONE",) * sum(int(part) for part in dotted[0].split("."))
    name = re.split(r"[ ,(]", layout, maxsplit=1)[0]
    return ("NONE",) * COUNTS.get(name, 2)
