"""Which files can be uploaded."""

import pytest

from watchparty_api.errors import UnsupportedType
from watchparty_api.videos.uploads.file_types import signed_type, title_of


@pytest.mark.parametrize(
    ("filename", "given", "signed"),
    [
        ("film.mp4", "video/mp4", "video/mp4"),
        ("film.mkv", "", "video/x-matroska"),
        ("film.mkv", "application/octet-stream", "video/x-matroska"),
        ("film.MKV", "video/x-matroska; charset=binary", "video/x-matroska"),
        ("film.ts", "text/vnd.trolltech.linguist", "video/mp2t"),
        ("film.ogg", "application/ogg", "audio/ogg"),
        ("no ending", "Video/MP4", "video/mp4"),
        ("song.flac", "audio/flac", "audio/flac"),
    ],
)
def test_video_and_audio_files_are_accepted(filename: str, given: str, signed: str) -> None:
    """By type or extension; one type is signed, so that browser and signature agree (MEDIA: 403 for mkv)."""
    assert signed_type(filename, given) == signed


@pytest.mark.parametrize(
    ("filename", "given"),
    [
        ("letter.pdf", "application/pdf"),
        ("program", ""),
        ("page.html", "text/html"),
        ("x", "video/a\r\nb"),
        ("a.b", "*/*"),
    ],
)
def test_other_files_are_refused(filename: str, given: str) -> None:
    """415 with a message that names accepted types."""
    with pytest.raises(UnsupportedType, match="not_a_film"):
        signed_type(filename, given)


@pytest.mark.parametrize(
    ("filename", "title"),
    [("Die Brücke.1959.mkv", "Die Brücke.1959"), ("film", "film"), (".mkv", ".mkv"), (" .mp4", "Untitled")],
)
def test_a_film_is_first_named_after_its_file(filename: str, title: str) -> None:
    """Without its extension."""
    assert title_of(filename) == title
