"""How the adapters store a record kind: its collection name and the plain type of each field."""

import re
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from watchparty_api.records import KINDS, Record


def kind_name(kind: type[Record]) -> str:
    """The name of the kind's table or collection: ApiToken → api_token."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def shape(annotation: Any) -> tuple[type, bool]:
    """The plain type of a record's annotation, and whether the field is optional."""
    if get_origin(annotation) in (types.UnionType, Union):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return shape(inner[0])[0], True
    if get_origin(annotation) is Literal:
        return type(get_args(annotation)[0]), False
    return get_origin(annotation) or annotation, False


TUPLE_FIELDS: Mapping[type[Record], frozenset[str]] = {
    kind: frozenset(name for name, hint in get_type_hints(kind).items() if shape(hint)[0] is tuple) for kind in KINDS
}
"""Fields converted back to tuples when a document is read, because JSON and Firestore have only lists."""
