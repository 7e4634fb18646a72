"""The store on Firestore: one collection per record kind under `workspaces/{workspace}`.

A `Replace` reads the document, compares the version, and commits on the precondition that the document has not changed
since. There is no transaction: under contention the loser retries, and no lock is held. A commit is one batch.
`bootstrap.py` opens it with `open_store`; the module knows no HTTP and no business rules, and imports the client late.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from watchparty_api.errors import AlreadyExists, Malformed, Missing, Unavailable, VersionConflict
from watchparty_api.records import Record
from watchparty_api.store import cursor as cursors
from watchparty_api.store.port import Create, Delete, Page, Query, Replace, Store, Write
from watchparty_api.store.queries import EXPIRING, QUERIES
from watchparty_api.store.shapes import TUPLE_FIELDS, kind_name
from watchparty_api.store.storable import require_storable

if TYPE_CHECKING:
    from google.cloud.firestore import Client, CollectionReference, DocumentReference, WriteBatch

R = TypeVar("R", bound=Record)

CALL_WITHIN_S = 10.0
"""The time of one call with its repetitions: the client's own retries of an unreachable server take five minutes."""
_READY_WITHIN_S = 1.0


def open_store(url: str) -> "FirestoreStore":
    """Opens the store at firestore://PROJECT/DATABASE, or the project's default database if none is named."""
    from google.cloud import firestore

    parts = urlsplit(url)
    return FirestoreStore(firestore.Client(project=parts.netloc, database=parts.path.strip("/") or None))


class FirestoreStore(Store):
    """`port.Store` on google-cloud-firestore."""

    def __init__(self, client: "Client", *, call_within_s: float = CALL_WITHIN_S) -> None:
        from google.api_core import exceptions as google
        from google.api_core.retry import Retry, if_exception_type

        self._client = client
        temporary = (google.ServiceUnavailable, google.ResourceExhausted)
        # `timeout` limits an attempt, `retry` the attempts together. Only a read may be repeated after an error that
        # leaves open whether the call was carried out.
        pause: Any = {"initial": 0.1, "maximum": 1.0, "multiplier": 1.5, "timeout": call_within_s}
        unclear = (google.InternalServerError, google.DeadlineExceeded)
        self._reading: Any = {
            "timeout": call_within_s,
            "retry": Retry(if_exception_type(*temporary, *unclear), **pause),
        }
        self._writing: Any = {"timeout": call_within_s, "retry": Retry(if_exception_type(*temporary), **pause)}

    def close(self) -> None:
        self._client.close()

    # ---- reading

    def get(self, workspace_id: str, kind: type[R], id_: str) -> R | None:
        with _translated_errors():
            snapshot = self._document(workspace_id, kind, id_).get(**self._reading)
        row = snapshot.to_dict()
        return None if row is None else _record(kind, row)

    def get_many(self, workspace_id: str, kind: type[R], ids: Collection[str]) -> dict[str, R]:
        references = [self._document(workspace_id, kind, id_) for id_ in dict.fromkeys(ids)]
        if not references:
            return {}
        with _translated_errors():
            snapshots = list(self._client.get_all(references, **self._reading))
        return {each.id: _record(kind, row) for each in snapshots if (row := each.to_dict()) is not None}

    def query(
        self, workspace_id: str, query: Query[R], *values: Any, limit: int = 50, cursor: str | None = None
    ) -> Page[R]:
        statement = self._matching(workspace_id, query, values)
        direction = "DESCENDING" if query.descending else "ASCENDING"
        order = tuple(dict.fromkeys((query.order_by, "id")))
        for name in order:
            statement = statement.order_by(name, direction=direction)
        if cursor is not None:
            last = dict(zip((query.order_by, "id"), cursors.decode(query, values, cursor), strict=True))
            statement = statement.start_after(last)
        with _translated_errors():
            found = [_record(query.kind, row.to_dict()) for row in statement.limit(limit + 1).stream(**self._reading)]
        items = tuple(found[:limit])
        return Page(items, cursors.encode(query, values, items[-1]) if len(found) > limit else None)

    def count(self, workspace_id: str, query: Query[R], *values: Any) -> int:
        with _translated_errors():
            answer = self._matching(workspace_id, query, values).count().get(**self._reading)
        return int(answer[0][0].value)  # the client returns 0.0 for an empty result

    def ready(self) -> bool:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            self._client.document("health/ready").get(timeout=_READY_WITHIN_S, retry=None)
        except (GoogleAPICallError, RetryError):
            return False
        return True

    def server_time(self) -> datetime | None:
        """When Firestore read a document, by its own clock."""
        with _translated_errors():
            snapshot = self._client.document("health/ready").get(**self._reading)
        read_at: datetime | None = _plain(snapshot.read_time)
        return read_at

    # ---- writing

    def commit(self, workspace_id: str, writes: Sequence[Write]) -> None:
        with _translated_errors(writes):
            read_at = self._read_versions(workspace_id, writes)
            batch = self._client.batch()
            for write in writes:
                self._add(batch, workspace_id, write, read_at)
            batch.commit(**self._writing)

    def _read_versions(self, workspace_id: str, writes: Sequence[Write]) -> Mapping[str, Any]:
        """The last update time of each document to be replaced. Raises Missing, VersionConflict."""
        replaced = [write.record for write in writes if isinstance(write, Replace)]
        for record in replaced:
            _require_workspace(workspace_id, record)
        if not replaced:
            return {}
        wanted = {self._document(workspace_id, type(record), record.id).path: record for record in replaced}
        read_at = {}
        references = [self._client.document(path) for path in wanted]
        for snapshot in self._client.get_all(references, field_paths=["version"], **self._reading):
            record = wanted[snapshot.reference.path]
            if not snapshot.exists:
                raise Missing(type(record).__name__, record.id)
            if snapshot.get("version") != record.version:
                raise VersionConflict(type(record).__name__, record.id)
            read_at[snapshot.reference.path] = snapshot.update_time
        return read_at

    def _add(self, batch: "WriteBatch", workspace_id: str, write: Write, read_at: Mapping[str, Any]) -> None:
        match write:
            case Create(record):
                batch.create(self._document(workspace_id, type(record), record.id), _row(workspace_id, record, 1))
            case Replace(record):
                document = self._document(workspace_id, type(record), record.id)
                row = _row(workspace_id, record, record.version + 1)
                option = self._client.write_option(last_update_time=read_at[document.path])
                batch.update(document, row, option=option)
            case Delete(kind, id_):
                batch.delete(self._document(workspace_id, kind, id_))

    def erase_remnants(self) -> None:
        """Nothing to do: the files are Google's, who keep point-in-time recovery and backups."""

    # ---- addresses

    def _collection(self, workspace_id: str, kind: type[Record]) -> "CollectionReference":
        return self._client.collection("workspaces", workspace_id, kind_name(kind))

    def _document(self, workspace_id: str, kind: type[Record], id_: str) -> "DocumentReference":
        return self._collection(workspace_id, kind).document(id_)

    def _matching(self, workspace_id: str, query: Query[Any], values: Sequence[Any]) -> Any:
        from google.cloud.firestore import FieldFilter

        if query not in QUERIES or len(values) != len(query.where):
            raise ValueError(f"query {query.name} is not declared with {len(values)} values")
        if query in EXPIRING:
            raise ValueError(f"query {query.name} has no index: Firestore deletes expired documents itself")
        statement: Any = self._collection(workspace_id, query.kind)
        for name, value in zip(query.where, values, strict=True):
            statement = statement.where(filter=FieldFilter(name, "==", value))
        return statement


@contextmanager
def _translated_errors(writes: Sequence[Write] = ()) -> Iterator[None]:
    """Raises our own errors for Firestore's. A batch does not report which write failed, so the first possible one
    is named.
    """
    from google.api_core import exceptions as google

    try:
        yield
    except google.AlreadyExists as error:
        raise AlreadyExists(*_first(Create, writes)) from error
    except (google.FailedPrecondition, google.Aborted, google.NotFound) as error:
        raise VersionConflict(*_first(Replace, writes)) from error
    except google.InvalidArgument as error:  # a document that is too large: no repeat would be accepted
        raise Malformed("bad_value", "The request contains something that can’t be stored.") from error
    except (google.GoogleAPICallError, google.RetryError) as error:
        raise Unavailable("store_unavailable", "The database isn’t responding. Try again in a moment.") from error


def _first(write_type: type[Create] | type[Replace], writes: Sequence[Write]) -> tuple[str, str]:
    found = [write.record for write in writes if isinstance(write, write_type)]
    return (type(found[0]).__name__, found[0].id) if found else ("store", "batch")


def _row(workspace_id: str, record: Record, version: int) -> dict[str, Any]:
    _require_workspace(workspace_id, record)
    require_storable(record)
    row = {each.name: getattr(record, each.name) for each in fields(record)} | {"version": version}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _require_workspace(workspace_id: str, record: Record) -> None:
    if record.workspace_id != workspace_id:
        raise ValueError(f"cannot write a record of workspace {record.workspace_id!r} to {workspace_id!r}")


def _record(kind: type[R], row: Mapping[str, Any]) -> R:
    values = {name: _plain(value) for name, value in row.items()}
    for name in TUPLE_FIELDS[kind]:
        values[name] = tuple(values[name])
    return kind(**values)


def _plain(value: Any) -> Any:
    """Converts Firestore's datetime subclass, which carries nanoseconds."""
    if isinstance(value, datetime):
        return datetime.fromtimestamp(value.timestamp(), UTC).replace(microsecond=value.microsecond)
    return value
