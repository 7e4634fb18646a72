"""What request bodies share: unknown fields are refused, and names are one line of visible text.

Control characters and invisible characters that change the writing direction are removed from names, because they let
one name pass for another or garble the line that contains it. Joiners stay: Persian and family emoji need them.
"""

import unicodedata

import regex
from pydantic import BaseModel, ConfigDict

_INVISIBLE = regex.compile(
    r"(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f)"  # a flag that is spelt with tags
    r"|[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800\U00013441\U00013442\U0001d159]"
    r"--[\u200c\u200d\p{Variation_Selector}\p{Prepended_Concatenation_Mark}]]",
    regex.VERSION1,
)
"""What shows nothing, and the blanks of some scripts, which Unicode counts as letters; the first group is kept.

Characters that Unicode has not assigned yet are kept, too, because a later version may have.
"""
_DRAWN = regex.compile(r"[\p{Any}--[\p{Default_Ignorable_Code_Point}\p{M}\p{Z}]]", regex.VERSION1)
"""A shape of its own: no joiner, no variation selector, no mark on another character."""


class Body(BaseModel):
    """A request body. Unknown fields are refused: a misspelt `access` must not leave a room open."""

    model_config = ConfigDict(extra="forbid")


def one_line(text: str) -> str:
    """The text composed (NFC), without invisible characters, with single spaces and none at the ends."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    line = " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub(r"\1", spaced)).split())
    return line if _DRAWN.search(line) else ""


def visible_line(text: str) -> str:
    """`one_line`, for pydantic's validators. Raises ValueError when nothing visible is left."""
    line = one_line(text)
    if not line:
        raise ValueError("Enter at least one visible character.")
    return line
