"""The base class of all records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Record:
    """The fields of every document. `version` 0 means not stored yet."""

    workspace_id: str = ""
    """Filled in by the store that writes the record (`store/port.py`); empty until then."""
    id: str
    created_at: datetime
    version: int = 0
