"""Language tags and menu labels."""

import pytest

from watchparty_transcoder.plan.labels import language_tag, track_labels


@pytest.mark.parametrize(
    ("code", "tag"),
    [("eng", "en"), ("fre", "fr"), ("fra", "fr"), ("en", "en"), ("pt-BR", "pt-BR"), ("pt_BR", "pt-BR"), ("gsw", "gsw"),
     ("pt_br", "pt-BR"), ("por", "pt"), ("pob", "pt-BR"), ("spl", "es-419"), ("chi", "zh"), ("zh-Hans", "zh-Hans"),
     ("zh-hant-TW", "zh-Hant-TW"), ("fil", "fil"), ("cmn", "cmn"), ("yue", "yue"), ("es-419", "es-419"), ("scc", "sr"),
     ("iw", "he"), ("jp", "ja"), ("English", "en"), ("Brazilian Portuguese", "pt-BR"), ("qaa", "qaa"),
     ("", "und"), ("und", "und"), ("x", "und"), ('e"n', "und"), ("pt-BR-" + "x" * 50, "und"), ("zzz", "und"),
     ("x-private", "und"), ("en\n#EXT", "und"), ("!!", "und")],
)  # fmt: skip
def test_language_tag(code: str, tag: str) -> None:
    """ISO 639-2 becomes BCP 47; anything that is not a language becomes und."""
    assert language_tag(code) == tag


def test_titles_cannot_break_a_playlist() -> None:
    """Quotes and line breaks are removed, labels differ, and none is empty."""
    labels = track_labels([('Director\'s "cut"\n#EXT', "eng"), ("", "deu"), ("", "und"), ("", "deu"), ("x" * 500, "")])
    assert labels[:4] == ["Director's cut #EXT", "German", "Track 3", "German (4)"]
    assert len(labels[4]) == 80


def test_a_language_without_a_title_is_named() -> None:
    """With its region; codes that only say "unknown" or "original" leave the number."""
    codes = ["pob", "fil", "zh-Hans", "es-419", "qaa", "mis", "nonsense language"]
    assert track_labels([("", code) for code in codes]) == [
        "Portuguese (Brazil)", "Filipino", "Chinese (Simplified)", "Spanish (Latin America)",
        "Track 5", "Track 6", "Track 7",
    ]  # fmt: skip


def test_titles_keep_their_script() -> None:
    """Joiners, wide spaces and characters newer than Python's tables are kept; a title that shows nothing is none."""
    titles = ["کتاب\u200cها", "日本\u3000語", "👩\u200d👧 \U0001fae9", "\U0001fac8", "a\tb", "\u200b\u200f"]
    assert track_labels([(title, "eng") for title in titles]) == [*titles[:4], "a b", "English"]


def test_titles_with_numbers_stay_apart() -> None:
    """HLS requires distinct names, also where a title already is what a number would have made of another."""
    labels = track_labels([("A (3)", "en"), ("A", "en"), ("A", "en"), ("A", "en")])
    assert labels == ["A (3)", "A", "A (4)", "A (5)"]


def test_a_language_of_control_characters_is_undetermined() -> None:
    """The library of languages raises SystemError for them."""
    assert language_tag("\x00\x10\x85#EXT") == "und"
