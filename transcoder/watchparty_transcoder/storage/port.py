"""The port through which all output is written and, to resume or verify a run, read back."""

from typing import Protocol


class Storage(Protocol):
    """The named objects of one generation of a video.

    A write is atomic, also if several threads write one name at once: a reader sees the previous object, the new one,
    or none, never a part. Names are relative paths with "/". Raises DiskFull if there is no space left.
    """

    def write(self, name: str, data: bytes) -> None:
        """Raises WriteConflict if another writer was faster; writing once more then replaces its object."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Writes unless the object exists; an existing one stays. Returns whether it was written."""
        ...

    def read(self, name: str) -> bytes | None:
        """The object, or None if there is none."""
        ...

    def size(self, name: str) -> int | None:
        """The size of the object in bytes, or None if there is none."""
        ...

    def sizes(self, folder: str = "") -> dict[str, int]:
        """The names that begin with `folder` (which ends with "/"), with their sizes in bytes."""
        ...

    def clear(self, begins: str = "") -> None:
        """Deletes every object of this generation whose name begins with `begins`."""
        ...
