"""What a name may be made of: one line of visible text. Pure; used for rooms' and people's names.

Control characters and the invisible ones that turn the direction of writing are taken out, because they let one name
pass for another or garble the line that it stands in. The joiners stay: Persian and family emoji need them.
"""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """The text composed (NFC), without invisible characters, its white space single and not at the ends."""
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    visible = "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    line = " ".join(visible.split())
    return line if line.strip(_JOINERS) else ""
