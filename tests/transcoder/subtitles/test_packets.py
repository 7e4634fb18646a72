"""Packets of each text codec, as Matroska and MP4 store them."""

import struct

import pytest

from watchparty_transcoder.subtitles.cue_text import as_webvtt
from watchparty_transcoder.subtitles.packets import Script, from_dialogue, from_packet, read_header

HEADER = """[Script Info]
PlayResY: 480
[V4+ Styles]
Format: Name, Fontname, Alignment
Style: Default,Arial,2
Style: Sign,Arial,8
[Events]
Style: Late,Arial,8
"""


def timed_text(text: bytes, *styles: tuple[int, int, int]) -> bytes:
    records = b"".join(struct.pack(">HHHBBI", start, end, 1, face, 18, 0) for start, end, face in styles)
    box = struct.pack(">I4sH", 10 + len(records), b"styl", len(styles)) + records
    return len(text).to_bytes(2) + text + (box if styles else b"")


@pytest.mark.parametrize("codec", ["subrip", "text"])
def test_subrip_keeps_backslashes_and_braces(codec: str) -> None:
    """After libavcodec's conversion they could not be told from codes."""
    styled = from_packet(codec, rb"<i>C:\new</i> {note}")
    assert styled is not None
    assert as_webvtt(styled) == r"<i>C:\new</i> {note}"


def test_webvtt_keeps_its_settings() -> None:
    """Matroska stores them beside the text."""
    styled = from_packet("webvtt", b"a &amp; b", "line:10%")
    assert styled is not None
    assert (as_webvtt(styled), styled.settings) == ("a &amp; b", "line:10%")


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (timed_text(rb"C:\new {a}"), r"C:\new {a}"),
        (timed_text("日本 語".encode(), (0, 2, 2)), "<i>日本</i> 語"),
        (timed_text(b"one two", (0, 3, 1), (4, 7, 6)), "<b>one</b> <i><u>two</u></i>"),
        (timed_text("é".encode("utf-16")), "é"),
        (timed_text(b""), ""),
        (b"", ""),
        (timed_text(b"cut", (0, 99, 1))[:-5], "cut"),
        (timed_text(b"x") + struct.pack(">I4s", 4, b"styl"), "x"),
    ],
)
def test_timed_text(sample: bytes, expected: str) -> None:
    """The text and the styles by character; damaged boxes are ignored."""
    styled = from_packet("mov_text", sample)
    assert styled is not None
    assert as_webvtt(styled) == expected


def test_other_codecs_are_decoded_first() -> None:
    """ASS and captions in the picture come from libavcodec as dialogue lines."""
    assert from_packet("ass", b"") is None


def test_the_header_places_styles() -> None:
    """Each style's alignment by name; lines after the header's end do not count."""
    assert read_header(HEADER) == Script({"Default": 2, "Sign": 8}, 480.0)
    assert from_dialogue("0,0,Sign,,0,0,0,,a, b", read_header(HEADER)).settings == "line:5%"
    assert as_webvtt(from_dialogue("0,0,*Default,,0,0,0,,a, b", read_header(HEADER))) == "a, b"


def test_the_old_numbering_of_ssa_is_translated() -> None:
    """6 is the top centre there, and 10 the middle."""
    header = "[V4 Styles]\nFormat: Name, Alignment\nStyle: Top,6\nStyle: Mid,10\nStyle: Odd,x\n"
    assert read_header(header) == Script({"Top": 8, "Mid": 5}, None)


@pytest.mark.parametrize("header", ["", "garbage", "PlayResY: 0", "Style: a,b", "Format: Name, Alignment\nStyle: a,77"])
def test_an_unreadable_header_places_nothing(header: str) -> None:
    """Everything is at the bottom."""
    assert read_header(header) == Script()
