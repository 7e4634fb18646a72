"""Uploaded .srt and .vtt files are rewritten as WebVTT, whatever program wrote them."""

import json
from pathlib import Path

import pytest

from watchparty_transcoder.__main__ import main
from watchparty_transcoder.errors import BadMedia, NoMedia, TooLarge, Unsupported
from watchparty_transcoder.subtitles.rewrite import decode, parse, rewrite

SRT = "1\n00:00:01,000 --> 00:00:02,500\nFirst <i>line</i>\nand another\n\n2\n00:00:03,000 --> 00:00:04,000\nSecond\n"
TIMING = "1\n00:00:01,000 --> 00:00:04,000\n"
FRENCH = TIMING + "Où est-ce que tu étais ? J'ai été très inquiète, François, ça suffit.\n"
RUSSIAN = TIMING + "Привет, как твои дела? Я давно тебя не видела, где ты был?\n" * 3


def cues(text: str) -> list[tuple[float, float, str]]:
    return [(cue.start_s, cue.end_s, "".join(span.text for span in cue.text.spans)) for cue in parse(text)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_matter(line_end: str) -> None:
    """Windows, Unix and old Mac files give the same cues."""
    assert cues(SRT.replace("\n", line_end)) == [(1, 2.5, "First line\nand another"), (3, 4, "Second")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (FRENCH.encode("utf-8"), "étais"),
        (FRENCH.encode("utf-8-sig"), "étais"),
        (FRENCH.encode("utf-16"), "étais"),
        (FRENCH.encode("cp1252"), "étais"),
        (RUSSIAN.encode("cp1251"), "Привет"),
        (RUSSIAN.encode("koi8-r"), "Привет"),
    ],
    ids=["utf-8", "bom", "utf-16", "cp1252", "cp1251", "koi8-r"],
)
def test_character_set_is_found(data: bytes, expected: str) -> None:
    """By its byte order mark, else UTF-8, else the most likely one."""
    assert expected in decode(data)


def test_webvtt_keeps_positions_and_loses_styles() -> None:
    """The settings of a cue stay; STYLE, NOTE and identifiers are not text."""
    text = (
        "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE hidden\n\nintro\n"
        "00:01.000 --> 00:02.000 line:0 align:start onclick:x\n<v Ana>Hello\n"
    )
    (cue,) = parse(text)
    assert (cue.start_s, cue.end_s, cue.text.settings) == (1, 2, "line:0 align:start")
    assert [span.text for span in cue.text.spans] == ["Hello"]


def test_damaged_file_without_blank_lines() -> None:
    """The next cue's number is not mistaken for text."""
    assert cues(SRT.replace("\n\n", "\n")) == [(1, 2.5, "First line\nand another"), (3, 4, "Second")]


def test_a_number_can_be_the_text() -> None:
    """A cue whose text is 42 keeps it."""
    assert cues("1\n00:00:01,000 --> 00:00:02,000\n42\n") == [(1, 2, "42")]


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", NoMedia), (b"  \n", NoMedia), (b"just words\n", Unsupported), (b"x" * (2 << 20) + b"y", TooLarge)],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, error: type[BadMedia]) -> None:
    """The error has a sentence for the uploader, and there is no output."""
    source = tmp_path / "a.srt"
    source.write_bytes(content)
    with pytest.raises(error) as raised:
        rewrite(source, tmp_path / "a.vtt")
    assert raised.value.sentence.endswith(".")
    assert not (tmp_path / "a.vtt").exists()


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the API calls it: one JSON object on standard output, and the output file."""
    source, target = tmp_path / "a.srt", tmp_path / "a.vtt"
    source.write_text(SRT)
    assert main(["--subtitles", "--input", str(source), "--output", str(target)]) == 0
    assert json.loads(capsys.readouterr().out) == {"cues": 2}
    assert "00:00:01.000 --> 00:00:02.500\nFirst <i>line</i>\nand another" in target.read_text()
    source.write_text("nothing")
    assert main(["--subtitles", "--input", str(source), "--output", str(target)]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "unsupported"
