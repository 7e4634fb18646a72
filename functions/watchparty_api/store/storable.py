"""What every store can hold, so that no adapter accepts a record that another would refuse. Pure.

PostgreSQL stores no NUL and, in JSON, no Infinity; SQLite turns NaN into NULL; UTF-8 has no lone surrogates; all of
them count in 64 bits; Firestore nests 20 levels (https://firebase.google.com/docs/firestore/quotas). The adapters call
`require_storable` for each record that they write.
"""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from watchparty_api.errors import Malformed
from watchparty_api.records import Record

_MAX_INT = 2**63 - 1
_MAX_DEPTH = 20


def require_storable(record: Record) -> None:
    """Raises Malformed if a value of the record cannot be stored everywhere."""
    for each in fields(record):
        _require(getattr(record, each.name), _MAX_DEPTH)


def _require(value: Any, depth: int) -> None:
    match value:
        case str():
            if not is_storable_text(value):
                raise Malformed("bad_text", "The request contains characters that can’t be stored.")
        case float() if not math.isfinite(value):
            raise Malformed("bad_number", "The request contains a number that can’t be stored.")
        case int() if not -_MAX_INT <= value <= _MAX_INT:
            raise Malformed("bad_number", "The request contains a number that can’t be stored.")
        case Mapping() | list() | tuple():
            if not depth:
                raise Malformed("too_deep", "The request is nested too deeply.")
            for part in (*value, *value.values()) if isinstance(value, Mapping) else value:
                _require(part, depth - 1)


def is_storable_text(value: object) -> bool:
    """Whether it is text without NUL and lone surrogates."""
    try:
        return isinstance(value, str) and b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False
