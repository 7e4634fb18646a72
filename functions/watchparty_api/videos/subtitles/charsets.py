"""Decodes a subtitle file in an unknown character set. Pure.

Byte order marks, UTF-16 and UTF-8 are certain. Among the older character sets `chardet` ranks by how well the letters
fit a language; the language that the owner declares outweighs a close ranking. Where several readings are plausible,
`readings` returns them all, so that a person can choose.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

import chardet

_WESTERN = ("cp1252", "iso8859-15", "mac-roman", "cp850", "cp437")
_CENTRAL = ("cp1250", "iso8859-2", "cp852", "mac-latin2")
_ROMANIAN = (*_CENTRAL, "iso8859-16")
_NORDIC = (*_WESTERN, "cp865", "iso8859-10")
_BALTIC = ("cp1257", "iso8859-13", "cp775", "iso8859-4")
_TURKISH = ("cp1254", "iso8859-9", "cp857", "mac-turkish")
_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic", "cp855", "cp1125")
_GREEK = ("cp1253", "iso8859-7", "cp737", "cp869", "mac-greek")
_HEBREW = ("cp1255", "iso8859-8", "cp862")
_ARABIC = ("cp1256", "iso8859-6", "cp720")
_JAPANESE = ("cp932", "euc_jis_2004")
_CHINESE = ("gb18030", "big5hkscs")
_KOREAN = ("cp949", "johab")
_BY_LANGUAGES = (
    ("en de fr es it nl ca eu gl ga gd sq af ms id tl fil sw lb oc br fy", _WESTERN),
    ("pt", (*_WESTERN, "cp860")),
    ("sv da nb nn no fi fo is", _NORDIC),
    ("pl cs sk hu sl hr bs", _CENTRAL),
    ("sr mk", (*_CYRILLIC, *_CENTRAL)),
    ("ro", _ROMANIAN),
    ("mt eo", ("iso8859-3", *_WESTERN)),
    ("cy", ("iso8859-14", *_WESTERN)),
    ("lt lv et", _BALTIC),
    ("tr az", _TURKISH),
    ("ru uk bg be kk ky mn", _CYRILLIC),
    ("el", _GREEK),
    ("he yi", _HEBREW),
    ("ar fa ur ps", _ARABIC),
    ("th", ("cp874",)),
    ("vi", ("cp1258",)),
    ("ja", _JAPANESE),
    ("zh yue", _CHINESE),
    ("ko", _KOREAN),
)
_CHARSETS_OF = {language: charsets for languages, charsets in _BY_LANGUAGES for language in languages.split()}
_COMMON = (
    *("cp1252", "cp1250", "cp1251", "cp932", "gb18030", "big5hkscs", "cp949", "cp1256", "cp1254", "cp1253", "cp1255"),
    *("cp874", "cp1258", "cp1257", "koi8-r", "euc_jis_2004", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-8"),
    *("iso8859-9", "iso8859-6", "iso8859-13", "iso8859-15", "mac-roman", "mac-cyrillic", "mac-latin2", "mac-turkish"),
    *("koi8-u", "cp866", "cp850", "cp852", "cp437", "cp737", "cp855", "cp857", "cp862", "cp720", "cp775", "johab"),
)
"""The character sets found in subtitles, the commonest first: of several that fit equally well, the first one wins."""
_ESCAPED = ("iso2022_jp_2", "iso2022_kr", "hz")
"""Multi-byte character sets whose bytes are all ASCII."""
_HZ = re.compile(rb"~\{(?:[!-}][!-~])+~\}")
"""Pairs of bytes between marks: RFC 1843."""
_MANY_MARKS = re.compile("[\u0300-\u036f]{31,}")
"""No language stacks so many, and composing them takes a time that is quadratic in their number: UAX 15, section 13."""
_PLAUSIBLE = 0.6
"""Readings with at least this share of the best score are offered."""
_MAX_READINGS = 6
_MAX_DAMAGE = 0.05
"""The share of letters that may be unreadable: a few damaged bytes must not make a file something else."""
_MULTI_BYTE = frozenset({*_JAPANESE, *_CHINESE, *_KOREAN})
"""Short western text often happens to be valid in one of these but for a byte."""
_UNREADABLE = "\ufffd"
_WEAK = 0.15
"""Below this best score, too few letters speak for any language."""
_RARER = 0.85
"""The weight of all but the western character sets when the letters decide so little."""
_DAMAGED = 0.95
"""The weight of a reading with unreadable bytes."""
_CONTROLLED = 0.8
"""The weight of a reading with control characters: usually they are letters of another character set."""
_LINE_CONTROLS = frozenset("\t\n\v\f\r\x1a\x85")
"""Control characters that text files contain; \\x1a ended files on DOS."""
_MIXED = "utf-8+"
"""Before a character set: lines in UTF-8 are read as such, the others in that set, as in a file assembled from two."""
_FEWEST_LETTERS = 2
_LEAST_EXPRESSED = 0.5
"""A set that has fewer of the letters in UTF-8 belongs to another language."""
_USUAL_SHARE = 1 / 3
"""Of the lines with letters beyond ASCII: if so many are UTF-8, that is no accident, and the mixture is likely."""
_UTF_WITHOUT_MARK = (
    ("utf-32-le", "-->".encode("utf-32-le")),
    ("utf-32-be", "-->".encode("utf-32-be")),
    ("utf-16-le", "-->".encode("utf-16-le")),
    ("utf-16-be", "-->".encode("utf-16-be")),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


_OFFERED = frozenset(
    {
        *_COMMON,
        *_ESCAPED,
        *(charset for charsets in _CHARSETS_OF.values() for charset in charsets),
        *(charset for _, charset in _MARKS),
    }
)


@dataclass(frozen=True)
class Reading:
    """The file's text, if it was written in this character set (a Python codec name)."""

    charset: str
    text: str


def readings(content: bytes, *, language: str = "und") -> tuple[Reading, ...]:
    """The plausible readings, the most likely first; at least one. `language` is a BCP 47 tag, "und" if unknown."""
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return (read_as(content[len(mark) :], charset),)
    for charset, arrow in _UTF_WITHOUT_MARK:
        # at another offset, the same bytes are an arrow in the other byte order
        if b"-->" not in content and content.find(arrow) % (len(arrow) // len("-->")) == 0:
            return (read_as(content, charset),)
    if content.isascii():
        return (_escaped(content) or read_as(content, "utf-8"),)
    utf8 = read_as(content, "utf-8")
    damaged = utf8.text.count(_UNREADABLE)
    whole = sum(not character.isascii() for character in utf8.text) - damaged
    if whole > 2 * damaged:
        return (utf8,)
    found = _with_mixture(content, language, _ranked(content, language))
    if whole and not found:
        return (utf8,)
    if 2 * whole > damaged:
        found = (*found, utf8)
    return found[:_MAX_READINGS] or (read_as(content, _CHARSETS_OF.get(_primary(language), _WESTERN)[0]),)


def read_as(content: bytes, charset: str) -> Reading:
    """What cannot be decoded becomes U+FFFD. Raises LookupError for an unknown character set."""
    if charset.startswith(_MIXED):
        other = charset.removeprefix(_MIXED)
        lines = (read_as(each, "utf-8" if _is_utf8(each) else other).text for each in content.splitlines(keepends=True))
        return Reading(charset, "".join(lines))
    text = content.decode(charset, errors="replace")
    if charset == "cp1258" and not _MANY_MARKS.search(text):
        text = unicodedata.normalize("NFC", text)
    return Reading(charset, text)


def is_offered(charset: str) -> bool:
    """Whether a person can choose this character set."""
    return charset.removeprefix(_MIXED) in _OFFERED


def _with_mixture(content: bytes, language: str, found: list[Reading]) -> tuple[Reading, ...]:
    """`found` and, if the file could have been assembled from two, a reading that decodes each line separately."""
    lines = [line for line in content.splitlines(keepends=True) if not line.isascii()]
    modern = [line for line in lines if _is_utf8(line)]
    older = [line for line in lines if not _is_utf8(line)]
    letters = sum(not character.isascii() for line in modern for character in line.decode())
    if not older or letters < _FEWEST_LETTERS:
        return tuple(found)
    rest = _like(b"".join(modern).decode(), b"".join(older), language)
    if rest is None:
        return tuple(found)
    mixture = read_as(content, _MIXED + rest)
    accident = len(modern) < _USUAL_SHARE * len(lines) or (found and found[0].charset in _MULTI_BYTE)
    return (*found, mixture) if accident else (mixture, *found)


def _like(text: str, older: bytes, language: str) -> str | None:
    """The commonest character set in which `older` continues `text` well.

    Only sets of single bytes: pairs of bytes can be UTF-8 by accident.
    """
    expressed: dict[str, float] = {}  # the share of the letters of `text` that the set has
    scores: dict[str, float] = {}
    for charset in dict.fromkeys((*_CHARSETS_OF.get(_primary(language), ()), *_COMMON)):
        if charset not in _MULTI_BYTE and _intact(older, charset):
            same = text.encode(charset, errors="ignore")
            expressed[charset] = sum(byte >= 0x80 for byte in same) / sum(not letter.isascii() for letter in text)
            fit = _confidences(older + b"\n" + same, [charset]).get(charset, 0.0)
            scores[charset] = expressed[charset] * fit
    best = max(scores.values(), default=0.0)
    if max(expressed.values(), default=0.0) < _LEAST_EXPRESSED:
        return None
    if best < _WEAK:
        return max(expressed, key=expressed.__getitem__)
    return next(charset for charset, score in scores.items() if score >= _PLAUSIBLE * best)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _escaped(content: bytes) -> Reading | None:
    if b"\x1b$" not in content and b"\x0e" not in content and not _HZ.search(content):
        return None
    found = chardet.detect_all(content, include_encodings=_ESCAPED, no_match_encoding="hz", compat_names=False)
    for each in found:
        if each["encoding"] in _ESCAPED:
            reading = read_as(content, each["encoding"])
            if not reading.text.count(_UNREADABLE) and not reading.text.isascii():
                return reading
    return None


def _ranked(content: bytes, language: str) -> list[Reading]:
    """Distinct readings by score, without implausible ones."""
    likely = _CHARSETS_OF.get(_primary(language), ())
    order = tuple(dict.fromkeys((*likely, *_COMMON)))
    candidates = {charset: reading for charset in order if (reading := _intact(content, charset))}
    scores = _scores(content, candidates)
    if not scores:
        return []
    if max(scores.values()) < _WEAK:
        scores = {charset: score * (1.0 if charset in _WESTERN else _RARER) for charset, score in scores.items()}
    best = max(scores.values())
    declared = max((scores[charset] for charset in likely if charset in scores), default=0.0)
    trusted = declared > 0 and declared >= best / 2
    top = declared if trusted else best

    def rank(charset: str) -> tuple[bool, float, int]:
        return (trusted and charset not in likely, -scores.get(charset, 0.0), order.index(charset))

    distinct: dict[str, Reading] = {}
    for charset in sorted(candidates, key=rank):
        if scores.get(charset, 0.0) >= _PLAUSIBLE * top:
            distinct.setdefault(candidates[charset].text, candidates[charset])
    return list(distinct.values())


def _intact(content: bytes, charset: str) -> Reading | None:
    """The reading, unless it has more damage than an accident explains; control characters are damage, too."""
    reading = read_as(content, charset)
    damage = reading.text.count(_UNREADABLE) + sum(reading.text.count(each) for each in _controls(reading.text))
    letters = sum(not character.isascii() for character in reading.text)
    least = 0 if charset in _MULTI_BYTE else 1
    return reading if damage <= max(least, letters * _MAX_DAMAGE) else None


def _controls(text: str) -> set[str]:
    return {each for each in set(text) if unicodedata.category(each) == "Cc"} - _LINE_CONTROLS


def _scores(content: bytes, candidates: dict[str, Reading]) -> dict[str, float]:
    """How well the letters of each candidate fit a language, 0 to 1.

    Those with damage are judged each by its readable letters, and count less than those without.
    """
    scores: dict[str, float] = {}
    whole = []
    for charset, reading in candidates.items():
        controls = _controls(reading.text)
        if not controls and _UNREADABLE not in reading.text:
            whole.append(charset)
            continue
        readable = reading.text.translate(dict.fromkeys(map(ord, {*controls, _UNREADABLE}))).encode(charset, "ignore")
        weight = _CONTROLLED if controls else _DAMAGED
        scores[charset] = _confidences(readable, [charset]).get(charset, 0.0) * weight
    return {**scores, **(_confidences(content, whole) if whole else {})}


def _confidences(content: bytes, charsets: list[str]) -> dict[str, float]:
    found = chardet.detect_all(
        content,
        include_encodings=charsets,
        compat_names=False,
        ignore_threshold=True,
        no_match_encoding=charsets[0],
        empty_input_encoding=charsets[0],
    )
    return {each["encoding"]: each["confidence"] for each in found if each["encoding"] in charsets}


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
