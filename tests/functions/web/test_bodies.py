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
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,  # England's flag
        ("A\U000e0067\U000e007fB", "AB"),  # tags that belong to no flag
        ("\U0001fae9 \U0001fac8", "\U0001fae9 \U0001fac8"),  # emoji of Unicode 16 and 17
        ("\U00010ec5\U000106f0", "\U00010ec5\U000106f0"),  # letters of Unicode 17, and what is not assigned yet
        ("سنة \u0601٢٠٢٦", "سنة \u0601٢٠٢٦"),  # a sign under the number, of the category of invisible characters
        ("\uffff\ufdd0\ue000", ""),
        ("\U00013441\ufff9\U0001d173", ""),
        ("e\u200b\u0301", "é"),
    ],
)
def test_names_are_one_visible_line(typed: str, kept: str) -> None:
    """Control and direction characters are removed, white space collapsed, letters composed, family emoji kept."""
    assert one_line(typed) == kept


@given(
    st.text(
        st.characters() | st.sampled_from("e\u0301\u200b\u200d\u034f\ufe0f\u00ad\U0001f3f4\U000e0067\U000e007f "),
        max_size=60,
    )
)
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    """Normalizing is idempotent, and leaves no control characters."""
    line = one_line(typed)
    assert one_line(line) == line
    assert not [c for c in line if unicodedata.category(c) == "Cc" or c in "\u202a\u202b\u202d\u202e\u2066\u2067\u2069"]
