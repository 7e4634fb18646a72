"""An ffmpeg that pretends to have a graphics card: x264 runs under the name of `h264_nvenc`.

Everything but the chip is real: the flags are parsed, and the film is decoded, encoded with parameters other than the
software encoder's, and joined. A `Fault` is something that real cards and drivers do.
"""

import sys
from pathlib import Path
from typing import Literal

Fault = Literal[
    "keyframes",
    "open groups",
    "reordering",
    "profile",
    "colour",
    "lost frames",
    "mid-film",
    "other parameters",
    "stuck",
]

SCRIPT = """#!{python}
import os, sys, time
fault, given, words = {fault!r}, sys.argv[1:], []
here = "h264_nvenc" in given
if here and fault == "mid-film" and "-ss" in given:
    print("the card has fallen off the bus", file=sys.stderr)
    sys.exit(1)
if here and fault == "stuck":
    time.sleep(3600)
DROPPED = ("-tune", "-rc", "-no-scenecut", "-strict_gop", "-b", "-forced-idr")
CHANGED = {{"-cq": "-crf"}}
VALUES = {{"-preset": "veryfast", "-c": "libx264"}}
if fault == "keyframes":
    VALUES["-g"] = VALUES["-keyint_min"] = "50"
if fault == "reordering":
    VALUES["-bf"] = "3"
if fault == "profile":
    VALUES["-profile"] = "main"
if fault == "colour":
    VALUES["-color_trc"] = "smpte170m"
while given:
    word = given.pop(0)
    flag, _, where = word.partition(":v:")
    if not here or not where or not word.startswith("-"):
        if here and fault == "lost frames" and "trim=end_frame=" in word:
            word = word.replace("setsar=1[v", "setsar=1,trim=end_frame=64[v")
        words.append(word)
        continue
    value = given.pop(0)
    if flag in DROPPED:
        continue
    words += [CHANGED.get(flag, flag) + ":v:" + where, VALUES.get(flag, value)]
    if flag == "-c":
        refs = "2" if fault == "other parameters" and "-ss" in sys.argv else "1"
        more = ":intra-refresh=1" if fault == "open groups" else ""
        words += ["-x264-params:v:" + where, "scenecut=0:ref=" + refs + more]
os.execvp("ffmpeg", ["ffmpeg", *words])
"""


def ffmpeg_with_card(folder: Path, fault: Fault | None = None) -> Path:
    path = folder / "ffmpeg-with-card"
    path.write_text(SCRIPT.format(python=sys.executable, fault=fault))
    path.chmod(0o755)
    return path
