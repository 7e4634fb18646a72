"""Subtitle markup becomes safe WebVTT."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_transcoder.subtitles.cue_text import as_webvtt, from_ass, from_subrip, from_webvtt
from watchparty_transcoder.subtitles.webvtt import Cue, timestamp, to_webvtt

ASS = "0,0,Default,,0,0,0,,"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<i>Hello</i> world", "<i>Hello</i> world"),
        ("<font color=red>Red</font>", "Red"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("1 --> 2", "1 --&gt; 2"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<b>open <i>never closed", "<b>open </b><b><i>never closed</i></b>"),
        ("line one\n\n\nline two", "line one\nline two"),
        ("  spaced  ", "spaced"),
        ("I <3 you", "I &lt;3 you"),
        ("{not a code}", "{not a code}"),
        ("", ""),
    ],
)
def test_subrip(text: str, expected: str) -> None:
    """Italic, bold and underline stay; all other markup is removed or escaped."""
    assert as_webvtt(from_subrip(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "settings"),
    [
        (r"{\i1}Hello{\i0} you", "<i>Hello</i> you", ""),
        (r"{\i1}Hello{\r} you", "<i>Hello</i> you", ""),
        (r"{\an8}At the top", "At the top", "line:5%"),
        (r"{\an5\b1}Middle", "<b>Middle</b>", "line:50%"),
        (r"{\a6}Old way up", "Old way up", "line:5%"),
        (r"One\Ntwo\nthree\hfour", "One\ntwo\nthree\u00a0four", ""),
        (r"{\p1}m 0 0 l 100 0 100 100{\p0}after", "after", ""),
        (r"{\pos(1,2)\c&HFFFFFF&\fs20}Plain", "Plain", ""),
        ("with, commas, inside", "with, commas, inside", ""),
    ],
)
def test_ass(text: str, expected: str, settings: str) -> None:
    """Override codes for style and position are applied; drawings, fonts and colours are dropped."""
    styled = from_ass(ASS + text)
    assert (as_webvtt(styled), styled.settings) == (expected, settings)


def test_webvtt_entities_are_not_escaped_twice() -> None:
    """WebVTT input is unescaped first."""
    assert as_webvtt(from_webvtt("a &lt; b &amp;&nbsp;c <c.yellow>d</c> <00:01.000>e")) == "a &lt; b &amp;\u00a0c d e"


@given(st.text(max_size=200))
def test_no_text_can_break_out_of_its_cue(text: str) -> None:
    """For any text: no empty line, no arrow, only our own tags, and balanced tags."""
    for styled in (from_subrip(text), from_ass(ASS + text), from_webvtt(text)):
        written = as_webvtt(styled)
        assert "\n\n" not in written
        assert "-->" not in written
        tags = re.findall(r"<[^>]*>?", written)
        assert set(tags) <= {"<i>", "</i>", "<b>", "</b>", "<u>", "</u>"}
        for style in "biu":
            assert tags.count(f"<{style}>") == tags.count(f"</{style}>")


def test_cues_are_sorted_and_cut() -> None:
    """Cues are sorted, cut at the film's beginning, and dropped if they have no text or no duration."""
    cues = [
        Cue(start_s=5, end_s=6, text=from_subrip("later")),
        Cue(start_s=-1, end_s=0.5, text=from_subrip("early")),
        Cue(start_s=1, end_s=1, text=from_subrip("no time")),
        Cue(start_s=2, end_s=3, text=from_subrip("<i></i>")),
    ]
    assert to_webvtt(cues) == (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"
        "00:00:00.000 --> 00:00:00.500\nearly\n\n00:00:05.000 --> 00:00:06.000\nlater\n"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3661.5, "01:01:01.500"), (360_000, "100:00:00.000")],
)
def test_timestamp(seconds: float, text: str) -> None:
    """Always with hours; milliseconds are rounded once."""
    assert timestamp(seconds) == text
