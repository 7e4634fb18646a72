"""Names in request bodies."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_api.web.bodies import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana \n Maria ", "Ana Maria"),
        ("Ana\u202egnihton", "Anagnihton"),
        ("A\u0000B\u200bC\ufeff", "ABC"),
        ("e\u0301", "é"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\u200d\u200d", ""),
        ("\u2067\u2066", ""),
        ("\u2800\u3164\u115f\uffa0", ""),  # blanks that are symbols and letters to Unicode
        ("\ufe0f\u034f", ""),
        ("\u0301\u0302", ""),
        ("Ana\u3164", "Ana"),
        ("❤\ufe0f", "❤\ufe0f"),
    ],
)
def test_names_are_one_visible_line(typed: str, kept: str) -> None:
    """Control and direction characters are removed, white space collapsed, letters composed, family emoji kept."""
    assert one_line(typed) == kept


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    """Normalizing is idempotent, and leaves no control characters."""
    line = one_line(typed)
    assert one_line(line) == line
    assert not [c for c in line if unicodedata.category(c) == "Cc" or c in "\u202a\u202b\u202d\u202e\u2066\u2067\u2069"]
