"""SQL tables derived from the records: one column per field and one index per declared query.

Used by the SQL adapter. A test compares the result of the migrations with the tables derived here.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_type_hints

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Double, Index, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from watchparty_api.records import KINDS, Record
from watchparty_api.store.queries import QUERIES
from watchparty_api.store.shapes import kind_name, shape

# Bytewise order everywhere: PostgreSQL would otherwise sort ids by the server's locale.
_ORDERED_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_ID = String(200).with_variant(String(200, collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite stores no time zone, so it is removed on writing and restored on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected an aware datetime")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


_SCALARS: Mapping[type, TypeEngine[Any]] = {
    str: _ORDERED_TEXT,
    bool: Boolean(),
    int: BigInteger(),
    float: Double(),
    datetime: Instant(),
    dict: JSON(none_as_null=True),
    tuple: JSON(none_as_null=True),
}


def _table(metadata: MetaData, kind: type[Record]) -> Table:
    hints = get_type_hints(kind)
    columns: list[Column[Any]] = [
        Column("workspace_id", _ID, primary_key=True),
        Column("id", _ID, primary_key=True),
    ]
    for each in fields(kind):
        if each.name not in ("workspace_id", "id"):
            plain, optional = shape(hints[each.name])
            columns.append(Column(each.name, _SCALARS[plain], nullable=optional))
    table = Table(kind_name(kind), metadata, *columns)
    for query in QUERIES:
        if query.kind is kind:
            names = dict.fromkeys(("workspace_id", *query.where, query.order_by, "id"))
            Index(f"ix_{query.name}", *(table.c[name] for name in names))
    return table


METADATA = MetaData()
TABLES: Mapping[type[Record], Table] = {kind: _table(METADATA, kind) for kind in KINDS}
