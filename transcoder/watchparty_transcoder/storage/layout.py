"""The names of everything that is written, relative to `media/{video_id}/{generation}/`. Pure.

A name is given once: segments of the fast lane and of the ladder at the same height differ by their lane, and those of
a ladder made by hardware by its encoder (v720/ladder-nvenc-00000.m4s). So a URL never changes what it means and may be
cached for a year.

    master.m3u8                     v720/ladder.m3u8        a0/copy.m3u8         s0/subtitles.m3u8
    poster.jpg                      v720/ladder-init.mp4    a0/copy-init.mp4     s0/subtitles.vtt
    sprites.vtt, sprites-0.jpg      v720/ladder-00000.m4s   a0/copy-00000.m4s    .state/…
"""

MASTER = "master.m3u8"
POSTER = "poster.jpg"
SPRITES = "sprites.vtt"
PLAN = ".state/plan.json"
PACE = ".state/pace.json"
FINISHED = ".state/finished.json"


def refused(attempt: int) -> str:
    """That this run found the file not playable: its other tasks need not wait for a plan."""
    return f".state/refused-{attempt}.json"


def folder(rendition: str) -> str:
    """What its name says of its size alone."""
    return rendition.rpartition("/")[0]


def playlist(rendition: str) -> str:
    return f"{rendition}.m3u8"


def init(rendition: str) -> str:
    return f"{rendition}-init.mp4"


def segment(rendition: str, number: int) -> str:
    return f"{rendition}-{number:05d}.m4s"


def subtitles(rendition: str) -> str:
    return f"{rendition}.vtt"


def sprite_sheet(number: int) -> str:
    return f"sprites-{number}.jpg"


def markers(plan_hash: str) -> str:
    """The folder of what is done by a plan; the markers of another plan lie elsewhere and count for nothing."""
    return f".state/{plan_hash}/"


def done(plan_hash: str, piece: str) -> str:
    """The marker of a finished piece of work."""
    return f"{markers(plan_hash)}{piece}.done"


def piece_of(marker: str) -> str:
    return last_part(marker).removesuffix(".done")


def last_part(name: str) -> str:
    """A name as seen from a playlist in the same folder."""
    return name.rpartition("/")[2]
