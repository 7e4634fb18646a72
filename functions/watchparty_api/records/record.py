"""The base class of all records.

Its fields are what the store needs of a document: where it belongs, how it is found, and the version that a write was
decided on. What a kind of document holds is for its own class.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Record:
    """The fields of every document.

    A subclass declares one kind of document, and adds the fields of that kind. All of them are keyword-only, so that a
    subclass can add required fields after optional ones.
    """

    workspace_id: str = ""
    """Filled in by the store that writes the record (`store/port.py`); empty until then."""
    id: str
    """Unique among the documents of its kind and workspace."""
    created_at: datetime
    """Set by the code that creates the record; most lists are ordered by it."""
    version: int = 0
    """Counted by the store with each write; 0 means not stored yet."""
