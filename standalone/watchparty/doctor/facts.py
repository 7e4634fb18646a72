"""What `watchparty doctor` knows about an installation. Pure.

Every field can be None: unknown here, or not part of this installation. An unknown fact is never a finding.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PortFacts:
    host: str
    number: int
    holder: str | None = None
    """free, watchparty, other, forbidden, or unassignable (the address is not this machine's)."""


@dataclass(frozen=True, kw_only=True)
class DataFacts:
    """The data folder."""

    path: str
    problem: str | None = None
    """Why it cannot be listed or created."""
    exists: bool = True
    writable: bool = True
    read_only_disk: bool = False
    permissions: int | None = None
    open_keys: tuple[str, ...] = ()
    """Files in `keys/` that other users of the machine can read."""
    unwritable: tuple[str, ...] = ()
    """Files that this user cannot write, such as those of a command that was run as another user."""
    file_system: str | None = None
    free_bytes: int | None = None
    free_files: int | None = None
    """How many more files the disk can hold; None where there is no limit."""
    locked: bool | None = None
    """Whether a server holds the folder's lock."""
    restoring: bool = False
    layout: int | None = None
    known_layout: int = 1
    layout_problem: str | None = None
    newest_change: datetime | None = None
    damaged: tuple[str, ...] = ()
    """Copies of damaged databases that were set aside."""
    missing_keys: tuple[str, ...] = ()
    """Keys without which sessions and links of this database are no longer valid."""


@dataclass(frozen=True, kw_only=True)
class DatabaseFacts:
    location: str
    """The file, or the address without its password."""
    problem: str | None = None
    version: str | None = None
    known_version: str = "0"


@dataclass(frozen=True, kw_only=True)
class FfmpegFacts:
    path: str | None = None
    problem: str | None = None
    missing_encoders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublicFacts:
    """What a request to the public address of the site meets."""

    url: str
    malformed: bool = False
    resolves: bool | None = None
    certificate_problem: str | None = None
    certificate_until: datetime | None = None
    problem: str | None = None
    """Why nothing answers."""
    status: int | None = None
    is_watchparty: bool | None = None
    proxy: str | None = None
    """The name of the program that answers in front of the server."""
    socket_status: int | None = None
    """The answer to a WebSocket's handshake; 101 if it is accepted."""
    upload_status: int | None = None
    """The answer to an upload of 6 GB, of which only the head is sent; None if there is none within seconds."""
    date: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BackupFacts:
    target: str | None = None
    target_problem: str | None = None
    same_disk: bool | None = None
    succeeded_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One look at an installation."""

    now: datetime
    release: str
    settings_problem: str | None = None
    port: PortFacts | None = None
    data: DataFacts | None = None
    database: DatabaseFacts | None = None
    journal: DatabaseFacts | None = None
    ffmpeg: FfmpegFacts | None = None
    public: PublicFacts | None = None
    trusted_proxies: tuple[str, ...] = ()
    backups: BackupFacts | None = None
    mail_problem: str | None = None
    storage_problems: tuple[str, ...] = ()
    redis_problem: str | None = None
    memory_bytes: int | None = None
    """What programs can use now without swapping."""
    descriptor_limit: int | None = None
    page_exists: bool = True
    temporary_folder_problem: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """The settings by name; secrets are replaced."""
