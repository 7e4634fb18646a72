"""Labels and language tags of tracks, for playlists and menus. Pure.

Files name languages by ISO 639-2 (three letters). Playlists need BCP 47, whose shortest form has two letters if
possible.
"""

LANGUAGES = {
    "ara": ("ar", "Arabic"), "bul": ("bg", "Bulgarian"), "cat": ("ca", "Catalan"), "ces": ("cs", "Czech"),
    "chi": ("zh", "Chinese"), "cze": ("cs", "Czech"), "dan": ("da", "Danish"), "deu": ("de", "German"),
    "dut": ("nl", "Dutch"), "ell": ("el", "Greek"), "eng": ("en", "English"), "est": ("et", "Estonian"),
    "fas": ("fa", "Persian"), "fin": ("fi", "Finnish"), "fra": ("fr", "French"), "fre": ("fr", "French"),
    "ger": ("de", "German"), "gre": ("el", "Greek"), "heb": ("he", "Hebrew"), "hin": ("hi", "Hindi"),
    "hrv": ("hr", "Croatian"), "hun": ("hu", "Hungarian"), "ind": ("id", "Indonesian"), "isl": ("is", "Icelandic"),
    "ita": ("it", "Italian"), "jpn": ("ja", "Japanese"), "kor": ("ko", "Korean"), "lav": ("lv", "Latvian"),
    "lit": ("lt", "Lithuanian"), "may": ("ms", "Malay"), "msa": ("ms", "Malay"), "nld": ("nl", "Dutch"),
    "nor": ("no", "Norwegian"), "per": ("fa", "Persian"), "pol": ("pl", "Polish"), "por": ("pt", "Portuguese"),
    "ron": ("ro", "Romanian"), "rum": ("ro", "Romanian"), "rus": ("ru", "Russian"), "slk": ("sk", "Slovak"),
    "slo": ("sk", "Slovak"), "slv": ("sl", "Slovenian"), "spa": ("es", "Spanish"), "srp": ("sr", "Serbian"),
    "swe": ("sv", "Swedish"), "tam": ("ta", "Tamil"), "tel": ("te", "Telugu"), "tha": ("th", "Thai"),
    "tur": ("tr", "Turkish"), "ukr": ("uk", "Ukrainian"), "urd": ("ur", "Urdu"), "vie": ("vi", "Vietnamese"),
    "zho": ("zh", "Chinese"),
}  # fmt: skip
BY_TAG = dict(LANGUAGES.values())
UNDETERMINED = "und"
LONGEST_LABEL = 80


def language_tag(code: str) -> str:
    """The BCP 47 tag: "eng" and "en" become "en", "en-US" stays, anything invalid becomes "und"."""
    primary, _, rest = code.strip().replace("_", "-").partition("-")
    primary = primary.lower()
    if not (2 <= len(primary) <= 3 and primary.isascii() and primary.isalpha()):
        return UNDETERMINED
    tag = LANGUAGES[primary][0] if primary in LANGUAGES else primary
    region = rest.split("-")[0]
    return f"{tag}-{region}" if region.isascii() and region.isalnum() and len(region) <= 8 else tag


def track_labels(tracks: list[tuple[str, str]]) -> list[str]:
    """The label of each (title, language); all differ, because HLS requires distinct names within a group."""
    labels: list[str] = []
    for number, (title, language) in enumerate(tracks, start=1):
        printable = "".join(character for character in title if character.isprintable() and character != '"')
        name = printable.strip()[:LONGEST_LABEL] or BY_TAG.get(
            language_tag(language).partition("-")[0], f"Track {number}"
        )
        labels.append(name if name not in labels else f"{name} ({number})")
    return labels
