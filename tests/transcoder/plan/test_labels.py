"""Language tags and menu labels."""

import pytest

from watchparty_transcoder.plan.labels import language_tag, track_labels


@pytest.mark.parametrize(
    ("code", "tag"),
    [("eng", "en"), ("fre", "fr"), ("fra", "fr"), ("en", "en"), ("pt-BR", "pt-BR"), ("pt_BR", "pt-BR"), ("gsw", "gsw"),
     ("", "und"), ("und", "und"), ("x", "und"), ('e"n', "und"), ("english", "und")],
)  # fmt: skip
def test_language_tag(code: str, tag: str) -> None:
    """ISO 639-2 becomes BCP 47; anything that is not a language becomes und."""
    assert language_tag(code) == tag


def test_titles_cannot_break_a_playlist() -> None:
    """Quotes and line breaks are removed, labels differ, and none is empty."""
    labels = track_labels([('Director\'s "cut"\n#EXT', "eng"), ("", "deu"), ("", "und"), ("", "deu"), ("x" * 500, "")])
    assert labels[:4] == ["Director's cut#EXT", "German", "Track 3", "German (4)"]
    assert len(labels[4]) == 80
