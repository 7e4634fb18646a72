"""The register of personal data lists everything that is stored anywhere, and says what becomes of it."""

import ast
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchparty.data_folder import DataFolder
from watchparty_api.accounts.personal_data import PLACES, RECORDS, RecordEntry
from watchparty_api.objects.local import LocalObjectStore, load_or_create_key
from watchparty_api.objects.media_names import object_name
from watchparty_api.records import KINDS, Account, ApiToken, EmailClaim
from watchparty_api.store.queries import EXPIRING
from watchparty_relay.bus.journal import create_journal

ROOT = Path(__file__).parents[3]
TERRAFORM = "".join(path.read_text() for path in sorted((ROOT / "terraform").glob("*.tf")))
BY_DELETION = {Account, ApiToken, EmailClaim}
"""What `deletion.py` deletes itself: credentials first, the account last."""


def names(place: str) -> set[str]:
    """What the register lists for places whose name contains `place`."""
    return {name for entry in PLACES if place in entry.place for name in entry.names}


def test_every_kind_of_record_is_registered_once() -> None:
    """A new kind of record has no place in the store before it says what personal data it holds."""
    assert sorted(entry.kind.__name__ for entry in RECORDS) == sorted(kind.__name__ for kind in KINDS)


@pytest.mark.parametrize("entry", RECORDS, ids=lambda entry: entry.kind.__name__)
def test_an_entry_says_what_happens(entry: RecordEntry) -> None:
    """What is deleted or anonymised has code that does it; what is kept has a reason; all have an end or say so."""
    assert (entry.on_deletion == "nothing") == (not entry.holds)
    if entry.on_deletion in ("deleted", "anonymised"):
        assert (entry.erase is not None) != (entry.kind in BY_DELETION)
    if entry.on_deletion == "kept":
        assert entry.note, "the reason for keeping it"
    assert entry.expires


def test_kinds_that_expire_say_when() -> None:
    """A kind that the store deletes by its expiry does not claim to stay, and the others do not claim to go."""
    expiring = {query.kind for query in EXPIRING}
    for entry in RECORDS:
        timed = re.search(r"\d|an hour", entry.expires) is not None
        assert timed or entry.kind not in expiring, entry.kind.__name__


def test_address_hashes_are_only_where_they_expire() -> None:
    """No record without an expiry has a field for an address hash that is still written."""
    expiring = {query.kind.__name__ for query in EXPIRING}
    sources = [path.read_text() for path in (ROOT / "functions" / "watchparty_api").rglob("*.py")]
    written = {
        getattr(call.func, "id", "")
        for source in sources
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "address_hash"
        and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None)
    }
    assert written - {"replace"} <= expiring
    assert written & expiring == {"JoinAddress", "BannedAddress"}


def test_every_table_of_the_journal_is_registered(tmp_path: Path) -> None:
    """The tables are those of a journal that the relay has just created."""
    writer, _ = create_journal(tmp_path / "relay.sqlite")
    tables = {name for (name,) in writer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    writer.close()
    assert tables == names("journal")


def test_every_key_in_redis_is_registered() -> None:
    """Every name that the bus passes to its key functions, and the prefixes of those without a room."""
    found: set[str] = set()
    for path in (ROOT / "sync-relay" / "watchparty_relay" / "bus").glob("*.py"):
        source = path.read_text()
        found |= set(re.findall(r'_key\(room_id, f?"([a-z]+)', source))
        found |= {
            name for group in re.findall(r"for name in \(([^)]*)\)", source) for name in re.findall(r'"(\w+)"', group)
        }
        found |= set(re.findall(r"PREFIX\}:(\w+)", source)) | set(re.findall(r'OWNER_PREFIX = "(\w+)-"', source))
    assert found == names("Redis")


def test_everything_in_the_data_folder_is_registered(tmp_path: Path) -> None:
    """Every path of the layout, and the folders that the local object store creates, begin with a registered name."""
    folder = DataFolder(tmp_path)
    LocalObjectStore(
        tmp_path,
        key=load_or_create_key(tmp_path / "keys" / "uploads.pem"),
        now=lambda: datetime(2026, 11, 1, tzinfo=UTC),
    )
    paths = [value.__get__(folder) for value in vars(DataFolder).values() if isinstance(value, property)]
    paths += [folder.original_of("v"), folder.media_of("v", "1"), *tmp_path.iterdir()]
    tops = {path.relative_to(tmp_path).parts[0] for path in paths} | {"lock"}
    assert tops <= names("data folder") | names("films")


def test_every_prefix_of_the_buckets_is_registered() -> None:
    """Media and originals are the only objects with personal data; both are deleted with their film."""
    assert object_name("v/1/x").partition("/")[0] in names("films")
    assert set(re.findall(r'resource "google_storage_bucket" "(\w+)"', TERRAFORM)) == names("films") | names("buckets")


def test_every_topic_log_and_backup_is_registered() -> None:
    """The resources of Terraform that store anything besides the database, the buckets and Redis."""
    for resource, place in (
        ("google_pubsub_topic", "Pub/Sub"),
        ("google_logging_project_bucket_config", "Cloud Logging"),
        ("google_firestore_backup_schedule", "backups"),
    ):
        found = set(re.findall(rf'resource "{resource}" "(\w+)"', TERRAFORM))
        assert found == names(place), resource


def test_a_damaged_file_is_registered() -> None:
    """What `data_repair.py` and the journal set aside is kept for a stated time."""
    assert "*.damaged-*" in names("data folder")


def test_sqlite_overwrites_what_is_deleted(tmp_path: Path) -> None:
    """The journal's own connection has `secure_delete` on, so that a freed page holds nothing."""
    writer, _ = create_journal(tmp_path / "relay.sqlite")
    assert writer.execute("PRAGMA secure_delete").fetchone() == (1,)
    writer.close()
    assert sqlite3.sqlite_version_info >= (3, 20)
