"""The port through which everything is written and, when a run is resumed or verified, read back."""

from typing import Protocol


class Storage(Protocol):
    """Named objects under one video's generation.

    A write is atomic: a reader sees the former object, the new one, or none, never a part; so it is when several write
    one name at once. Names are relative paths with "/". Running out of room raises `DiskFull`.
    """

    def write(self, name: str, data: bytes) -> None:
        """Raises `Overtaken` where others write too and one of them was faster; writing again then replaces theirs."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Write unless there is such an object already, which then stays; says whether it was written."""
        ...

    def read(self, name: str) -> bytes | None:
        """The object, or None where there is none."""
        ...

    def size(self, name: str) -> int | None:
        """Its length in bytes without reading it, or None where there is none."""
        ...

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Names that begin with `folder` (it ends with "/"), with their lengths in bytes."""
        ...

    def clear(self, begins: str = "") -> None:
        """Forget everything under this generation whose name begins so."""
        ...
