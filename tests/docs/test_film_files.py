"""The reference of a film's files says what the transcoder writes."""

import re
from pathlib import Path

import msgspec

from watchparty_transcoder.publish.playlists import TrackEntry, master_playlist
from watchparty_transcoder.storage import layout
from watchparty_transcoder.subtitles import images

PAGE = (Path(__file__).parents[2] / "docs/reference/film-files.md").read_text()


def test_the_example_of_a_list_can_be_read() -> None:
    """Every field of a cue is in the example and in the table, and no other."""
    found = re.search(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
    assert found
    cues = msgspec.json.decode(found[1], type=images.ImageList).cues
    shown = set(msgspec.json.decode(found[1])["cues"][0])
    assert shown == set(images.ImageCue.__struct_fields__)
    assert cues[0].image == layout.last_part(layout.subtitle_image("s1/subtitles", 0))
    rows = PAGE.partition("| field | meaning |")[2].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", rows.replace("`master.m3u8`", ""))) == shown


def test_the_example_of_a_playlist_is_what_is_written() -> None:
    """With the attribute that names the list."""
    track = TrackEntry(
        uri=layout.playlist("s1/subtitles"),
        label="English",
        language="en",
        default=False,
        images=layout.subtitle_images("s1/subtitles"),
    )
    written = master_playlist(variants=[], audio=[], subtitles=[track]).splitlines()
    assert next(line for line in written if "X-IMAGES" in line) in PAGE


def test_the_limits_are_those_of_the_transcoder() -> None:
    """Of pictures, bytes, pixels and seconds."""
    assert f"{images.MAX_IMAGES:,} pictures and {images.MAX_BYTES >> 20} MiB" in PAGE
    assert images.MAX_PIXELS == 4096 * 2304
    assert "4096 × 2304 pixels" in PAGE
    assert f"at most {images.LONGEST_S:.0f} s" in PAGE


def test_the_names_are_those_of_the_layout() -> None:
    """Each is a name that the transcoder uses."""
    names = re.findall(r"`([^`]+)`", PAGE.partition("| name | content |")[2].partition("\n\n")[0])
    made = {layout.MASTER, layout.POSTER, layout.SPRITES, layout.sprite_sheet(0)}
    for rendition in ("v720/ladder", "a0/copy", "s0/subtitles", "s1/subtitles"):
        made |= {layout.playlist(rendition), layout.init(rendition), layout.segment(rendition, 0)}
        made |= {layout.subtitles(rendition), layout.subtitle_images(rendition), layout.subtitle_image(rendition, 0)}
    assert set(names) <= made
