"""Parses the `Content-Range` of an upload by the rules of Google Cloud Storage. Pure."""

import re
from dataclasses import dataclass

from watchparty_api.errors import Malformed
from watchparty_api.objects.sessions import GRANULE_BYTES

_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)")


@dataclass(frozen=True)
class ByteRange:
    """The bytes that a PUT carries; `last` is inclusive."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """Parses `bytes a-b/size`; returns None for the status query `bytes */size`.

    Raises Malformed for a range that this upload cannot accept.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        raise Malformed(
            "bad_content_range", "Content-Range must be bytes FIRST-LAST/SIZE, or bytes */SIZE to query the status."
        )
    first, last, size = match.groups()
    if size not in ((str(size_bytes), "*") if first is None else (str(size_bytes),)):
        raise Malformed("other_size", f"This upload was started for {size_bytes} bytes, not {size}.")
    if first is None:
        return None
    found = ByteRange(int(first), int(last))
    if found.last < found.first or found.last >= size_bytes:
        raise Malformed("too_many_bytes", f"This upload was started for {size_bytes} bytes.")
    if found.last != size_bytes - 1 and found.length % GRANULE_BYTES:
        raise Malformed("not_a_multiple", f"Every part but the last must be a multiple of {GRANULE_BYTES} bytes.")
    return found
