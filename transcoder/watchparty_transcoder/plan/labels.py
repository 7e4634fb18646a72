"""Labels and language tags of tracks, for playlists and menus. Pure.

Files name languages by ISO 639-2 codes, BCP 47 tags, codes that no standard has, or words. Playlists need BCP 47, whose
shortest form has two letters if possible.
"""

import unicodedata

import langcodes
from langcodes.tag_parser import LanguageTagError

UNDETERMINED = "und"
NAMELESS = frozenset({UNDETERMINED, "mis", "qaa"})
"""Codes that say that the language is not said; broadcasters use qaa for the original sound."""
USUAL_CODES = {"pob": "pt-BR", "ptb": "pt-BR", "pb": "pt-BR", "spl": "es-419", "lat-am": "es-419", "chs": "zh-Hans",
               "cht": "zh-Hant", "zhs": "zh-Hans", "zht": "zh-Hant", "jp": "ja", "kr": "ko", "cz": "cs"}  # fmt: skip
"""Codes that no standard has, and that subtitle sites and muxers write all the same."""
LONGEST_CODE = 35
SHORTEST_WORD = 4
LONGEST_LABEL = 80


def language_tag(code: str) -> str:
    """The BCP 47 tag: "eng" and "English" become "en", "en_US" becomes "en-US", anything unknown becomes "und"."""
    code = code.strip().replace("_", "-")
    if len(code) > LONGEST_CODE or not code.isprintable():  # langcodes fails on control characters
        return UNDETERMINED
    code = USUAL_CODES.get(code.lower(), code)
    try:
        tag = str(langcodes.standardize_tag(code))
        if langcodes.tag_is_valid(tag) and not tag.startswith("x-"):
            return tag
    except LanguageTagError:
        pass
    return _tag_of_word(code) if len(code) >= SHORTEST_WORD else UNDETERMINED


def _tag_of_word(word: str) -> str:
    try:
        return str(langcodes.find(word.replace("-", " ")))
    except LookupError:
        return UNDETERMINED


def track_labels(tracks: list[tuple[str, str]]) -> list[str]:
    """The label of each (title, language); all differ, because HLS requires distinct names within a group."""
    labels: list[str] = []
    for number, (title, language) in enumerate(tracks, start=1):
        name = _one_line(title)[:LONGEST_LABEL].strip() or _language_name(language) or f"Track {number}"
        names = (name, *(f"{name} ({each})" for each in range(number, number + len(tracks))))
        labels.append(next(each for each in names if each not in labels))
    return labels


def _language_name(language: str) -> str:
    tag = language_tag(language)
    return "" if tag in NAMELESS else langcodes.Language.get(tag).display_name()


def _one_line(title: str) -> str:
    """Without what ends a quoted string or a line in a playlist; other characters are the author's."""
    spaced = (" " if each.isspace() and each not in "\u00a0\u202f\u3000" else each for each in title)
    visible = "".join(each for each in spaced if each != '"' and unicodedata.category(each) not in ("Cc", "Cs"))
    shown = (unicodedata.category(each) for each in visible)
    return visible.strip() if any(each == "Cn" or each[0] not in "CZM" for each in shown) else ""
