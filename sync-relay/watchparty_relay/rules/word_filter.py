"""Masks an operator's blocked words in the chat of every room. Pure.

A word list is a blunt tool: it knows no meaning, and no spelling but its own. So it only masks and refuses nothing;
moderation remains with people: mute, delete, clear, slow mode.
"""

import re
import unicodedata
from collections.abc import Iterable

MASK = "*"


class WordFilter:
    """Matches whole words, regardless of case, width and accents. Without words it changes nothing."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        plain = sorted({_plain(word.strip()) for word in words if word.strip()}, key=len, reverse=True)
        self._blocked = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, plain))})(?!\w)") if plain else None

    def masked(self, text: str) -> str:
        if self._blocked is None:
            return text
        letters = [_plain(letter) for letter in text]
        if any(len(letter) != 1 for letter in letters):  # one character that stands for several, such as a ligature
            text = unicodedata.normalize("NFKC", text)
            letters = [_plain(letter)[:1] or " " for letter in text]
        masked = list(text)
        for match in self._blocked.finditer("".join(letters)):
            masked[match.start() : match.end()] = MASK * (match.end() - match.start())
        return "".join(masked)


def _plain(text: str) -> str:
    """Without case, width and accents, so that all variants of a spelling compare equal."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
