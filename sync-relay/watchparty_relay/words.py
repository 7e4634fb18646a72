"""Words that an operator does not want to read in any room: masked in chat, whoever says them. Pure.

A list of words is a blunt tool: it knows no meaning and no spelling but its own. So it masks and refuses nothing, and
moderation stays with people: mute, delete, clear, slow mode.
"""

import re
import unicodedata
from collections.abc import Iterable

MASK = "*"


class WordFilter:
    """Whole words, whatever their case, width or accents; without words it changes nothing."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        plain = sorted({_plain(word.strip()) for word in words if word.strip()}, key=len, reverse=True)
        self._unwanted = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, plain))})(?!\w)") if plain else None

    def masked(self, text: str) -> str:
        if self._unwanted is None:
            return text
        letters = [_plain(letter) for letter in text]
        if any(len(letter) != 1 for letter in letters):  # one sign that is several: found in what it stands for
            text = unicodedata.normalize("NFKC", text)
            letters = [_plain(letter)[:1] or " " for letter in text]
        masked = list(text)
        for found in self._unwanted.finditer("".join(letters)):
            masked[found.start() : found.end()] = MASK * (found.end() - found.start())
        return "".join(masked)


def _plain(text: str) -> str:
    """Without case, width and accents, so that one spelling stands for its variants."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
