"""What request bodies share: unknown fields are refused, and names are one line of visible text.

Control characters and invisible characters that change the writing direction are removed from names, because they let
one name pass for another or garble the line that contains it. Joiners stay: Persian and family emoji need them.
"""

import unicodedata

from pydantic import BaseModel, ConfigDict

_JOINERS = "\u200c\u200d"


class Body(BaseModel):
    """A request body. Unknown fields are refused: a misspelt `access` must not leave a room open."""

    model_config = ConfigDict(extra="forbid")


def one_line(text: str) -> str:
    """The text composed (NFC), without invisible characters, with single spaces and none at the ends."""
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    visible = "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    line = " ".join(visible.split())
    return line if line.strip(_JOINERS) else ""


def visible_line(text: str) -> str:
    """`one_line`, for pydantic's validators. Raises ValueError when nothing visible is left."""
    line = one_line(text)
    if not line:
        raise ValueError("Enter at least one visible character.")
    return line
