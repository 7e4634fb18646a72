"""The `Content-Range` of an upload, by the rules of Google Cloud Storage. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchparty_api.errors import Malformed
from watchparty_api.objects.sessions import GRANULE_BYTES

_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)")


@dataclass(frozen=True)
class ByteRange:
    """The bytes that a PUT carries, `last` included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """`bytes a-b/size`; None for the question `bytes */size`. Raises Malformed for what this session cannot take."""
    match = _RANGE.fullmatch(header or "")
    if match is None:
        raise Malformed("bad_content_range", "Content-Range has to be bytes FIRST-LAST/SIZE, or bytes */SIZE to ask.")
    first, last, size = match.groups()
    if size not in ((str(size_bytes), "*") if first is None else (str(size_bytes),)):
        raise Malformed("other_size", f"This upload was announced with {size_bytes} bytes, not with {size}.")
    if first is None:
        return None
    asked = ByteRange(int(first), int(last))
    if asked.last < asked.first or asked.last >= size_bytes:
        raise Malformed("too_many_bytes", f"This upload was announced with {size_bytes} bytes.")
    if asked.last != size_bytes - 1 and asked.length % GRANULE_BYTES:
        raise Malformed("not_a_multiple", f"All but the last part have to be multiples of {GRANULE_BYTES} bytes.")
    return asked
