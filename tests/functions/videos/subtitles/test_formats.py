"""Subtitle files as people have them: each format by its own rules, and SubRip as leniently as it is written."""

import pytest

from watchparty_api.videos.subtitles.cue_text import as_webvtt
from watchparty_api.videos.subtitles.formats import read

BYE = "00:00:03,000 --> 00:00:04,000\nBye\n"
ASS = """[Script Info]
PlayResY: 480
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
MarginV, Encoding
Style: Sign,Arial,20,&H00FFFFFF,&H0,&H0,&H0,0,0,0,0,100,100,0,0,1,1,1,8,10,10,10,1
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def lines(text: str) -> list[tuple[int, int, str, str]]:
    return [(cue.start_ms, cue.end_ms, cue.text.settings, as_webvtt(cue.text)) for cue in read(text)]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nHello\nthere\n\n2\n", "Hello\nthere"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHello\n\nthere\n\n2\n", "Hello\nthere"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHello\n2\n", "Hello"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHow many?\n42\n\n2\n", "How many?\n42"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHow many?\n42\n2\n", "How many?\n42"),
        ("00:00:01,000 --> 00:00:02,000\nHow many?\n42\n", "How many?\n42"),
        ("1\n00:00:01 --> 00:00:02\nHello\n\n2\n", "Hello"),
        ("1\n0:0:1,0 --> 0:0:2.00\nHello\n\n2\n", "Hello"),
        ("1\n00:01,000 --> 00:02,000\nHello\n\n2\n", "Hello"),
        ("1\n 00 : 00 : 01 , 000  -->  00:00:02,000 \nHello\n\n2\n", "Hello"),
        ("1\n00:00:01:000 -> 00:00:02:000\nHello\n\n2\n", "Hello"),
        ("1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2 Y1:1 Y2:2\nHello\n\n2\n", "Hello"),
        ("\ufeff1\n00:00:01,000 --> 00:00:02,000\nHello\n   \n2\n", "Hello"),
        ("1\n00:00:01,000 --> 00:00:02,000\nThe code is\n\n7\n\n2\n", "The code is\n7"),
        ("junk\n\n1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n", "Hello"),
        ("1\n00:00:01,000 --> 00:00:02,000\n--> not a time\n\n2\n", "--&gt; not a time"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_subrip(first: str, expected: str, end: str) -> None:
    """Everything between two timing lines is text, apart from the next cue's number."""
    assert lines((first + BYE).replace("\n", end)) == [(1000, 2000, "", expected), (3000, 4000, "", "Bye")]


def test_long_films_and_fractions() -> None:
    """More than 99 hours; more digits than milliseconds have."""
    assert lines("1\n101:00:01,5 --> 101:00:02,123456\nx\n") == [(363_601_500, 363_602_123, "", "x")]


def test_webvtt() -> None:
    """Comments, style sheets and cue names are no text; text after a blank line is."""
    text = (
        "WEBVTT - title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.000 line:0\na\n\n"
        "b\n\nNOTE hidden\nmore\n\nsecond\n00:03.000 --> 00:04.000\n<v Ann>x &amp; y</v>"
    )
    assert lines(text) == [(1000, 2000, "line:0", "a\nb"), (3000, 4000, "", "x &amp; y")]


def test_webvtt_text_that_begins_like_a_comment() -> None:
    """Only a blank line begins a comment: what follows the timing is text."""
    assert lines("WEBVTT\n\n00:01.000 --> 00:02.000\nNOTE well\nSTYLE\n\nNOTE hidden") == [
        (1000, 2000, "", "NOTE well\nSTYLE"),
    ]


def test_webvtt_without_names() -> None:
    """The last line of a text directly before a timing line is its own."""
    assert lines("WEBVTT\n\n00:01.000 --> 00:02.000\na\nb\n\n00:03.000 --> 00:04.000\nc") == [
        (1000, 2000, "", "a\nb"),
        (3000, 4000, "", "c"),
    ]


def test_ass() -> None:
    """Comments are hidden, styles place their lines, and codes are not shown."""
    text = ASS + (
        r"Dialogue: 0,0:00:01.00,0:00:02.00,Sign,,0,0,0,,{note}日本\N{\i1}語{\i0}, x"
        "\nComment: 0,0:00:01.00,0:00:02.00,Sign,,0,0,0,,hidden\n"
    )
    assert lines(text) == [(1000, 2000, "line:5%", "日本\n<i>語</i>, x")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{25}{50}Hello|you\n", [(1001, 2002, "", "Hello\nyou")]),
        ("{1}{1}25\n{25}{50}Hello\n", [(1000, 2000, "", "Hello")]),
        ("[10][20]Hello|you\n", [(1000, 2000, "", "Hello\nyou")]),
    ],
)
def test_formats_that_count(text: str, expected: list[tuple[int, int, str, str]]) -> None:
    """MicroDVD counts frames: of the rate that the file declares, else of 23.976 per second. MPL2 counts tenths."""
    found = lines(text)
    assert [(abs(a - c) <= 45, abs(b - d) <= 45) for (a, b, *_), (c, d, *_) in zip(found, expected, strict=True)]
    assert [each[2:] for each in found] == [each[2:] for each in expected]


@pytest.mark.parametrize("text", ["", "WEBVTT\n", "just text\n12:30 - 13:45\n", "[Script Info]\n", "{1}{2}", "{a}{b}c"])
def test_anything_else_has_no_cues(text: str) -> None:
    """Or none with text."""
    assert [each for each in lines(text) if each[3]] == []


def test_a_damaged_header_has_no_cues() -> None:
    """The library that reads ASS raises more than its own errors."""
    style = ASS.replace("Style: Sign,Arial,20,&H00FFFFFF", "Style: Sign,Arial,20,")
    assert read(style + "Dialogue: 0,0:00:01.00,0:00:02.00,Sign,,0,0,0,,x\n") == []
