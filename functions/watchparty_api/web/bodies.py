"""What request bodies share: unknown fields are refused, and names are one line of visible text.

Control characters and invisible characters that change the writing direction are removed from names, because they let
one name pass for another or garble the line that contains it. Joiners stay: Persian and family emoji need them.
"""

import unicodedata

from pydantic import BaseModel, ConfigDict

_JOINERS = "\u200c\u200d"
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\U0001d159")
"""Characters of other categories that are drawn as nothing (Unicode's Default_Ignorable_Code_Point), and blanks."""
_VARIATIONS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
"""Variation selectors belong to emoji and ideographs, and are invisible without them."""


class Body(BaseModel):
    """A request body. Unknown fields are refused: a misspelt `access` must not leave a room open."""

    model_config = ConfigDict(extra="forbid")


def one_line(text: str) -> str:
    """The text composed (NFC), without invisible characters, with single spaces and none at the ends."""
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    line = " ".join("".join(c for c in spaced if c in _JOINERS or not _is_invisible(c)).split())
    return line if any(_is_drawn(c) for c in line) else ""


def _is_invisible(character: str) -> bool:
    return character in _BLANK or unicodedata.category(character) in ("Cc", "Cf", "Cn", "Cs", "Co")


def _is_drawn(character: str) -> bool:
    """Whether the character is visible on its own: no joiner, no variation selector, no mark on another character."""
    return (
        character not in _JOINERS and character not in _VARIATIONS and unicodedata.category(character)[0] not in "MZC"
    )


def visible_line(text: str) -> str:
    """`one_line`, for pydantic's validators. Raises ValueError when nothing visible is left."""
    line = one_line(text)
    if not line:
        raise ValueError("Enter at least one visible character.")
    return line
