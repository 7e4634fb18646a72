"""The store's port: documents of declared kinds, optimistic writes, declared queries.

The port offers only what SQL and Firestore both do well: no joins and no long transactions. A change reads, decides,
and writes with the version that it read; if another writer was faster, `VersionConflict` is raised and the caller
decides again (`errors.py`). Writes that belong together go into one `commit`, which is atomic.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from watchparty_api.records import Record

R = TypeVar("R", bound=Record)

_ALL_PAGE = 200


@dataclass(frozen=True)
class Query(Generic[R]):
    """A declared query: equality on the fields of `where`, ordered by `order_by` and then by id.

    Queries are declared only in `store/queries.py`, so that the indexes can be derived from them.
    """

    name: str
    kind: type[R]
    where: tuple[str, ...] = ()
    order_by: str = "created_at"
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of a query's results; `cursor` fetches the next page and is None on the last one."""

    items: tuple[R, ...]
    cursor: str | None


@dataclass(frozen=True)
class Create:
    record: Record


@dataclass(frozen=True)
class Replace:
    """Writes the record if the stored version is still `record.version`, and increments the version."""

    record: Record


@dataclass(frozen=True)
class Delete:
    """Deletes the document, whatever its version; deleting a missing document is not an error."""

    kind: type[Record]
    id: str


Write = Create | Replace | Delete


class Store(Protocol):
    """Every call takes the workspace first and never reaches another one. A single write is a commit of one write.

    Code above the adapters uses `WorkspaceStore`, which is bound to one workspace.
    """

    def get(self, workspace_id: str, kind: type[R], id_: str) -> R | None:
        """Returns the document or None. Expired documents are returned too: the caller checks `expires_at`."""

    def get_many(self, workspace_id: str, kind: type[R], ids: Collection[str]) -> dict[str, R]:
        """Returns the documents that exist, by id, in one round trip."""

    def create(self, workspace_id: str, record: R) -> R:
        """Stores a new document with version 1. Raises AlreadyExists, so that `create` also serves as a claim."""
        self.commit(workspace_id, [Create(record)])
        return replace(record, version=1)

    def replace(self, workspace_id: str, record: R) -> R:
        """Replaces the version that `record` carries and returns it with the next. Raises VersionConflict, Missing."""
        self.commit(workspace_id, [Replace(record)])
        return replace(record, version=record.version + 1)

    def delete(self, workspace_id: str, kind: type[Record], id_: str) -> None:
        """Deletes the document if it exists."""
        self.commit(workspace_id, [Delete(kind, id_)])

    def commit(self, workspace_id: str, writes: Sequence[Write]) -> None:
        """Applies all writes or none. Raises the error of the first write that is refused.

        Raises Malformed for a value that not every store can hold (`storable.py`).
        """

    def query(
        self, workspace_id: str, query: Query[R], *values: Any, limit: int = 50, cursor: str | None = None
    ) -> Page[R]:
        """Returns documents whose `where` fields equal `values`, in declared order.

        Raises Malformed if the cursor belongs to another query.
        """

    def count(self, workspace_id: str, query: Query[R], *values: Any) -> int:
        """Counts the documents that match the query."""

    def erase_remnants(self) -> None:
        """Overwrites what deleted records have left in the store's own files, where these are ours (SQLite)."""

    def ready(self) -> bool:
        """Whether the store responds now; never raises and never waits longer than a second."""

    def server_time(self) -> datetime | None:
        """The time by the clock of another machine than ours; None if the store has none, or may be on ours."""
        return None

    def close(self) -> None:
        """Releases its connections; the store cannot be used afterwards."""


@dataclass(frozen=True, slots=True)
class WorkspaceStore:
    """A store bound to one workspace: the methods of `Store`, which document behaviour and errors, without a workspace.

    `bootstrap.py` binds it once and everything above the adapters uses it, so that a handler cannot reach another
    workspace. Records are created without a workspace and receive it here when they are written; the adapters refuse
    a record that names a different one.
    """

    adapter: Store
    workspace_id: str

    def get(self, kind: type[R], id_: str) -> R | None:
        return self.adapter.get(self.workspace_id, kind, id_)

    def get_many(self, kind: type[R], ids: Collection[str]) -> dict[str, R]:
        return self.adapter.get_many(self.workspace_id, kind, ids)

    def create(self, record: R) -> R:
        return self.adapter.create(self.workspace_id, self._named(record))

    def replace(self, record: R) -> R:
        return self.adapter.replace(self.workspace_id, self._named(record))

    def delete(self, kind: type[Record], id_: str) -> None:
        self.adapter.delete(self.workspace_id, kind, id_)

    def commit(self, writes: Sequence[Write]) -> None:
        self.adapter.commit(self.workspace_id, [self._named_write(write) for write in writes])

    def query(self, query: Query[R], *values: Any, limit: int = 50, cursor: str | None = None) -> Page[R]:
        return self.adapter.query(self.workspace_id, query, *values, limit=limit, cursor=cursor)

    def query_all(self, query: Query[R], *values: Any) -> Iterator[R]:
        """Every document of the query, in its order, read page by page: for maintenance and exports, never for a list
        that a request returns.
        """
        cursor = None
        while True:
            page = self.query(query, *values, limit=_ALL_PAGE, cursor=cursor)
            yield from page.items
            cursor = page.cursor
            if cursor is None:
                return

    def count(self, query: Query[R], *values: Any) -> int:
        return self.adapter.count(self.workspace_id, query, *values)

    def erase_remnants(self) -> None:
        self.adapter.erase_remnants()

    def ready(self) -> bool:
        return self.adapter.ready()

    def server_time(self) -> datetime | None:
        return self.adapter.server_time()

    def close(self) -> None:
        self.adapter.close()

    def _named(self, record: R) -> R:
        """The record with this workspace, unless it names one already: then the adapter checks it."""
        return record if record.workspace_id else replace(record, workspace_id=self.workspace_id)

    def _named_write(self, write: Write) -> Write:
        match write:
            case Create(record):
                return Create(self._named(record))
            case Replace(record):
                return Replace(self._named(record))
            case _:
                return write
