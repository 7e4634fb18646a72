"""The names of all output, relative to `media/{video_id}/{generation}/`. Pure.

A name is used once: at the same height, segments of the fast pass and of the ladder have different names, and so do
those that another encoder produced (v720/ladder-nvenc-00000.m4s). So a URL never changes its meaning and may be cached
for a year.

    master.m3u8                     v720/ladder.m3u8        a0/copy.m3u8         s0/subtitles.m3u8
    poster.jpg                      v720/ladder-init.mp4    a0/copy-init.mp4     s0/subtitles.vtt
    sprites.vtt, sprites-0.jpg      v720/ladder-00000.m4s   a0/copy-00000.m4s    s1/subtitles.json
                                                            .state/…             s1/subtitles-00000.png
"""

MASTER = "master.m3u8"
POSTER = "poster.jpg"
SPRITES = "sprites.vtt"
PLAN = ".state/plan.json"
PACE = ".state/pace.json"
FINISHED = ".state/finished.json"
FAILURE = "failure.report"
"""What explains why the newest run failed. It has no ending that is served with the film's files: the functions give it
to the film's owner only."""
SIDECARS = "sidecar/"
"""Subtitles that the functions add to the film. They count separately."""


def refused(attempt: int) -> str:
    """Tells the other tasks of this attempt that the file was refused, and that there will be no plan."""
    return f".state/refused-{attempt}.json"


def playlist(rendition: str) -> str:
    return f"{rendition}.m3u8"


def init(rendition: str) -> str:
    return f"{rendition}-init.mp4"


def segment(rendition: str, number: int) -> str:
    return f"{rendition}-{number:05d}.m4s"


def subtitles(rendition: str) -> str:
    return f"{rendition}.vtt"


def subtitle_images(rendition: str) -> str:
    """The list of the pictures of a track that is no text."""
    return f"{rendition}.json"


def subtitle_image(rendition: str, number: int) -> str:
    return f"{rendition}-{number:05d}.png"


def sprite_sheet(number: int) -> str:
    return f"sprites-{number}.jpg"


def markers(plan_hash: str) -> str:
    """The folder of the markers of one plan; those of another plan are elsewhere and do not count."""
    return f".state/{plan_hash}/"


def done(plan_hash: str, piece: str) -> str:
    """The marker of a piece that is done."""
    return f"{markers(plan_hash)}{piece}.done"


def piece_of(marker: str) -> str:
    return last_part(marker).removesuffix(".done")


def last_part(name: str) -> str:
    """The name relative to a playlist in the same folder."""
    return name.rpartition("/")[2]
