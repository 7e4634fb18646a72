"""Any subtitle file becomes plain WebVTT."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_api.errors import Invalid
from watchparty_api.videos.subtitles.webvtt import MAX_CUES, to_webvtt

SRT = """1
00:00:01,500 --> 00:00:04,000
<i>Guten Abend.</i>

2
00:01:05,000 --> 00:01:06,000
Zwei
Zeilen
"""


def test_subrip_becomes_webvtt() -> None:
    """Times have decimal points, numbers are removed and lines are kept."""
    assert to_webvtt(SRT.encode()) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:04.000\n<i>Guten Abend.</i>\n\n00:01:05.000 --> 00:01:06.000\nZwei\nZeilen\n"
    )


def test_webvtt_is_rewritten_too() -> None:
    """Placement is kept; styles, notes and regions are removed; short times get hours."""
    content = (
        "WEBVTT - title\nX-TIMESTAMP-MAP=LOCAL:0\n\nSTYLE\n::cue { background: url(https://evil.example) }\n\n"
        "NOTE nothing\n\nintro\n00:01.000 --> 00:02.5 align:start line:0 region:x\n<v Ana>Hello <c.red>there</c></v>\n"
    )
    assert to_webvtt(content.encode()) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.500 align:start line:0\nHello there\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ("<b onclick=x>bold</b>", "<b>bold</b>"),
        ('<font color="red">red</font>', "red"),
        ("Tom & Jerry < 3", "Tom &amp; Jerry &lt; 3"),
        ("Tom &amp; Jerry", "Tom &amp; Jerry"),
        ("&lt;img src=x&gt;", "&lt;img src=x&gt;"),
        ("here --> there", "here --&gt; there"),
        (r"{\pos(1,2)}text", "text"),
    ],
)
def test_only_text_and_known_tags_are_kept(text: str, shown: str) -> None:
    """Only tags that matter to a reader are kept, without attributes."""
    assert to_webvtt(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode()).endswith(f"\n{shown}\n")


def test_lines_at_the_top_stay_there() -> None:
    """SubRip files use a tag of another format for that."""
    assert "00:00:02.000 line:5%\nUp\n" in to_webvtt(b"1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Up\n")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Grüße aus Köln — 東京"),
        ("utf-8-sig", "Grüße aus Köln — 東京"),
        ("utf-16", "Grüße aus Köln — 東京"),
        ("cp1251", "Здравствуйте, как поживаете? Спасибо, хорошо, а вы?"),
        ("cp1252", "Où êtes-vous allé hier soir, mon ami ? Ça m'a étonné."),
        ("cp1252", "Grüße aus Köln, schöne Straße, natürlich heißt er Müller."),
        ("cp1253", "Καλημέρα, πώς είσαι σήμερα; Ευχαριστώ πολύ."),
        ("cp1254", "Günaydın, bugün nasılsın? İyiyim teşekkürler, şöyle böyle."),
        ("big5", "你好，今天的天氣非常好，我們一起去看電影吧。"),
        ("euc_kr", "안녕하세요 오늘 날씨가 정말 좋네요 영화 보러 가요"),
        ("shift_jis", "こんにちは、お元気ですか。今日はとても良い天気ですね。"),
        ("gb18030", "你好，今天的天气非常好，我们一起去看电影吧。"),
    ],
)
def test_old_character_sets_are_recognised(charset: str, text: str) -> None:
    """By the most likely one for the letters, if nothing declares it."""
    content = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{text}\n\n" for n in range(1, 20))
    assert to_webvtt(content.encode(charset)).count(text) == 19


def test_the_language_distinguishes_central_european_from_western_text() -> None:
    """Polish and French have the same bytes for different letters."""
    content = "1\n00:00:01,000 --> 00:00:02,000\nŻółw poszedł na łąkę. Cześć, jak się masz?\n".encode("cp1250")
    assert "Żółw poszedł na łąkę" in to_webvtt(content, language="pl-PL")


@pytest.mark.parametrize("content", [b"", b"WEBVTT\n", b"just text", b"\x00\x01\x02" * 100, b"\xff\xfe", b"--> -->"])
def test_a_file_without_cues_is_refused(content: bytes) -> None:
    """422 with a message."""
    with pytest.raises(Invalid, match="no_subtitles"):
        to_webvtt(content)


def test_cues_are_sorted_and_invalid_ones_dropped() -> None:
    """A browser would otherwise stop at the first one that goes backwards."""
    content = (
        "00:00:09,000 --> 00:00:10,000\nlast\n\n00:00:01,000 --> 00:00:02,000\nfirst\n\n00:00:05,0 --> 00:00:04,0\nno\n"
    )
    assert to_webvtt(content.encode()).count("-->") == 2
    assert to_webvtt(content.encode()).index("first") < to_webvtt(content.encode()).index("last")


def test_the_number_of_cues_is_limited() -> None:
    """2 MB of tiny cues would burden every player in the room."""
    with pytest.raises(Invalid, match="too_many_cues"):
        to_webvtt(b"0:00:00,1 --> 0:00:00,2\nx\n\n" * (MAX_CUES + 1))


@given(st.binary(max_size=300))
def test_any_bytes_become_webvtt_or_a_refusal(content: bytes) -> None:
    """They never raise another error, and never become markup for a browser."""
    try:
        result = to_webvtt(b"00:00:01,000 --> 00:00:02,000\n" + content)
    except Invalid:
        return
    assert result.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.000")


@pytest.mark.parametrize(
    "content",
    [
        b"\n" * 500_000,
        b"[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,," + b"{" * 500_000,
        b"~{" * 250_000,
        b"\xcc" * 250_000 + b"\xf2" * 250_000,
    ],
    ids=["lines", "braces", "escapes", "marks"],
)
def test_the_time_is_linear_in_the_size_of_the_file(content: bytes) -> None:
    """Each took minutes when a pattern could begin again at every byte. A second is ample for half a MB."""
    began_s = time.process_time()
    with contextlib.suppress(Invalid):
        to_webvtt(content)
    assert time.process_time() - began_s < 5
