"""Subtitle markup becomes safe WebVTT, each format read by its own grammar."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import watchparty_api
from watchparty_transcoder.subtitles import cue_text
from watchparty_transcoder.subtitles.cue_text import as_webvtt, from_ass, from_subrip, from_webvtt
from watchparty_transcoder.subtitles.webvtt import Cue, timestamp, to_webvtt

KEPT = "\u3000日本\u3000語 کتاب\u200cها \u200fשלום\u200e \u202f! tab\there 👩\u200d👩\u200d👧 \U0001fae9"
"""Wide, joined, directed and narrow characters, and one newer than Python's tables."""


def test_both_copies_are_equal() -> None:
    """The functions read added files by the same rules as the transcoder reads embedded tracks."""
    copy = Path(watchparty_api.__file__).parent / "videos" / "subtitles" / "cue_text.py"
    assert copy.read_text() == Path(cue_text.__file__).read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<i>Hello</i> world", "<i>Hello</i> world"),
        ("<em>Hello</em> <strong>world</strong>", "<i>Hello</i> <b>world</b>"),
        ("<font color=red>Red</font>", "Red"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<<text>> and 1 < 2 and 3 > 2", "&lt;&lt;text&gt;&gt; and 1 &lt; 2 and 3 &gt; 2"),
        ("&lt;&lt;text>> AT&T &copy &amp; &nbsp;", "&lt;&lt;text&gt;&gt; AT&amp;T &amp;copy &amp; \u00a0"),
        ("<laughs> <3", "&lt;laughs&gt; &lt;3"),
        ("1 --> 2", "1 --&gt; 2"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<b>open <i>never closed", "<b>open </b><b><i>never closed</i></b>"),
        ("line one\n\n\nline two", "line one\nline two"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("  spaced  ", "spaced"),
        ("{not a code}", "{not a code}"),
        (r"C:\new \\host \h", r"C:\new \\host \h"),
        (KEPT, KEPT),
        ("a\x00b\x1bc\u2028d", "abc\nd"),
        ("a\x85b\vc\fd\r\ne\rf", "a\nb\nc\nd\ne\nf"),
        ("", ""),
    ],
)
def test_subrip(text: str, expected: str) -> None:
    """Italic, bold and underline stay; other tags are removed; all other text is kept, whatever its characters."""
    assert as_webvtt(from_subrip(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "settings"),
    [
        (r"{\i1}Hello{\i0} you", "<i>Hello</i> you", ""),
        (r"{\i1}Hello{\r} you", "<i>Hello</i> you", ""),
        (r"{\an8}At the top", "At the top", "line:5%"),
        (r"{\an7}Top left", "Top left", "line:5% align:start"),
        (r"{\an5\b1}Middle", "<b>Middle</b>", "line:50%"),
        (r"{\b700}Heavy{\b400} light", "<b>Heavy</b> light", ""),
        (r"{\a6}Old way up", "Old way up", "line:5%"),
        (r"One\Ntwo\nthree\hfour", "One\ntwo\nthree\u00a0four", ""),
        (r"C:\dir \{braces\}", r"C:\dir {braces}", ""),
        (r"{\p1}m 0 0 l 100 0 100 100{\p0}after", "after", ""),
        (r"{\pos(1,2)\c&HFFFFFF&\fs20}Plain", "Plain", ""),
        (r"{Translator's note: no pun}shown{*\i1} x", "shown<i> x</i>", ""),
        (r"{\blur3\bord2\be1\iclip(0,0,1,1)}plain", "plain", ""),
        ("with, commas, inside <i> & <b>", "with, commas, inside &lt;i&gt; &amp; &lt;b&gt;", ""),
        (KEPT, KEPT, ""),
    ],
)
def test_ass(text: str, expected: str, settings: str) -> None:
    """Codes for style and placement are applied; comments, drawings, fonts and colours are dropped."""
    styled = from_ass(text)
    assert (as_webvtt(styled), styled.settings) == (expected, settings)


@pytest.mark.parametrize(("y", "settings"), [(50, "line:5%"), (240, "line:50%"), (470, "")])
def test_a_position_in_the_script_is_kept_by_thirds(y: int, settings: str) -> None:
    """WebVTT has no pixels: the top, middle and bottom of the picture are what a reader needs."""
    assert from_ass(rf"{{\pos(320,{y})}}sign", height=480).settings == settings


def test_the_style_places_the_line_unless_a_code_does() -> None:
    """Signs often have a style of their own at the top."""
    assert from_ass("sign", alignment=8).settings == "line:5%"
    assert from_ass(r"{\an2}speech", alignment=8).settings == ""


def test_webvtt_entities_are_not_escaped_twice() -> None:
    """WebVTT input is unescaped first; voices, classes and timestamps are removed."""
    text = "a &lt; b &amp;&nbsp;c <c.yellow>d</c> <00:01.000>e <v Ann>f</v>"
    assert as_webvtt(from_webvtt(text)) == "a &lt; b &amp;\u00a0c d e f"


def test_placement_codes_of_converters_are_read_in_subrip_and_webvtt() -> None:
    """Neither format has them, and players show them at the top all the same."""
    assert from_subrip(r"{\an8}up").settings == from_webvtt(r"{\an8}up").settings == "line:5%"
    assert from_webvtt(r"{\an8}up", "line:0").settings == "line:0"
    assert as_webvtt(from_webvtt(r"{\an8}up")) == "up"


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60))
def test_no_character_is_lost(text: str) -> None:
    """Whatever its category or Unicode version: only markup is removed."""
    written = as_webvtt(from_subrip("".join(each for each in text if each not in "<>{}&\\")))
    kept = [each for each in text if each not in "<>{}&\\" and unicodedata.category(each) != "Zs"]
    assert [each for each in written if unicodedata.category(each) != "Zs"] == kept


@given(st.text(max_size=200))
def test_no_text_can_break_out_of_its_cue(text: str) -> None:
    """For any text: no empty line, no arrow, only our own tags, and balanced tags."""
    for styled in (from_subrip(text), from_ass(text), from_webvtt(text)):
        written = as_webvtt(styled)
        assert "\n\n" not in written
        assert "-->" not in written
        tags = re.findall(r"<[^>]*>?", written)
        assert set(tags) <= {f"<{slash}{name}>" for slash in ("", "/") for name in ("b", "i", "u", "ruby", "rt")}
        for style in ("b", "i", "u", "ruby", "rt"):
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


def test_layers_of_one_line_are_one_cue() -> None:
    """A shadow, an outline and the text itself are three lines in the file."""
    cues = [Cue(start_s=1, end_s=2, text=from_ass(rf"{{\blur{layer}}}Title")) for layer in range(3)]
    assert to_webvtt(cues).count("Title") == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3661.5, "01:01:01.500"), (360_000, "100:00:00.000")],
)
def test_timestamp(seconds: float, text: str) -> None:
    """Always with hours; milliseconds are rounded once."""
    assert timestamp(seconds) == text
