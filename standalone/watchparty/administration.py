"""Commands for operators on the machine itself. They use the data folder of a server, which may be running."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from watchparty.backups.manifest import Manifest
from watchparty.backups.repository import Repository
from watchparty.backups.restore import restore, tried_out
from watchparty.backups.schedule import back_up_now
from watchparty.backups.status import record_drill
from watchparty.bootstrap import backup_plan, build_home, open_home
from watchparty.config import HomeConfig
from watchparty.data_folder import DataFolder
from watchparty.errors import BackupFailed, HomeError
from watchparty_api import audit, spending
from watchparty_api.accounts import creation
from watchparty_api.accounts.factors import enrolment
from watchparty_api.accounts.factors.change_mail import mail_change
from watchparty_api.accounts.models import RegisterBody
from watchparty_api.bootstrap import open_film_switch
from watchparty_api.config import ConfigError
from watchparty_api.errors import ApiError, StoreError
from watchparty_api.identity.rotation import STEPS
from watchparty_api.records import Account
from watchparty_api.services import Services
from watchparty_api.store.queries import ACCOUNTS, ALL_ROOMS, ALL_VIDEOS


def create_account(
    config: HomeConfig, *, email: str, password: str, display_name: str, role: Literal["admin", "user"]
) -> Account:
    """Creates an account without an invitation. Raises HomeError with the reason of a refusal."""
    DataFolder(config.data).make()
    try:
        body = RegisterBody(email=email, password=password, display_name=display_name)
        return creation.create_account(
            open_home(config).services,
            email=body.email,
            password=body.password,
            display_name=body.display_name,
            role=role,
        )
    except ValidationError as error:
        raise HomeError("\n".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from error
    except ApiError as error:
        raise HomeError(error.detail) from error


def reset_factors(config: HomeConfig, *, email: str) -> str:
    """Removes the second factors of an account, so that its password alone signs in again; returns a summary.

    Works on the store that the settings name, also on one in the cloud. Raises HomeError for an unknown address.
    """
    with _services(config) as services:
        account = creation.account_by_email(services, email.strip().lower())
        if account is None:
            raise HomeError(f"No account has the address {email}.")
        try:
            enrolment.reset_factors(services, account, actor="operator")
        except StoreError as error:
            raise HomeError("Someone else is changing this account right now. Try again.") from error
        if account.second_factor:
            mail_change(services, account, "factors_reset")
    return f"{email} has no second factor any more: sign in with the password, and add a new one."


def film_budget(config: HomeConfig, *, raise_to: float | None, policy: str | None) -> str:
    """Returns what the month has cost and whether films are served; first raises the limit. Raises HomeError."""
    with _services(config) as services:
        try:
            if raise_to is None:
                found = spending.last_report(services)
            else:
                found = spending.raise_limit(services, raise_to, open_film_switch(policy))
        except ApiError as error:
            raise HomeError(error.detail) from error
    if found is None:
        raise HomeError("Google hasn’t reported any cost to this site yet.")
    state = "Films are stopped." if spending.is_used_up(found) else "Films are served."
    cost = f"{found.cost:.2f} {found.currency} by {found.reported_at:%d %B %H:%M} UTC"
    return f"{state} This month has cost {cost}, and films stop at {spending.limit_of(found):.2f}."


def verify_audit(config: HomeConfig) -> str:
    """Verifies the chain of the audit log and returns a summary. Raises HomeError with the first wrong entry."""
    with _services(config) as services:
        verdict = audit.verify(services)
    if verdict.broken_at is not None:
        raise HomeError(
            f"The audit log is broken at entry {verdict.broken_at}; the {verdict.entries} entries before it are intact."
        )
    return f"The audit log is intact: {verdict.entries} entries."


def export_audit(config: HomeConfig) -> Iterator[str]:
    """Yields every entry as a JSON line, oldest first."""
    with _services(config) as services:
        for entry in audit.entries(services):
            yield json.dumps(audit.as_json(entry), separators=(",", ":"))


def rotate_keys(config: HomeConfig, *, step: str, family: str) -> None:
    """Performs one step of a rotation on the keys in the data folder; the server reads them at its next start."""
    path = DataFolder(config.data).keys / f"{family}.json"
    draft = path.with_suffix(".draft")
    text = rotated(step, family, path.read_text() if path.exists() else None)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def rotated(step: str, family: str, text: str | None) -> str:
    """Returns the text of a key family after a step, for secrets stored elsewhere. Raises HomeError."""
    try:
        return STEPS[step](family, text or None)
    except ConfigError as error:
        raise HomeError(str(error)) from error


def back_up(config: HomeConfig, *, target: Path) -> str:
    """Makes a backup and returns a summary. Raises BackupFailed."""
    begun_s = time.monotonic()
    report = back_up_now(backup_plan(config, target), clock=lambda: datetime.now(UTC))
    manifest, seconds = report.manifest, time.monotonic() - begun_s
    lines = [
        f"Backed up {len(manifest.files)} files ({_size(manifest.size_bytes)}) into {target} in {seconds:.0f} s; "
        f"{report.added_files} were new or had changed ({_size(report.added_bytes)})."
    ]
    if report.deleted_backups:
        lines.append(f"Older backups deleted: {report.deleted_backups}.")
    if manifest.films_elsewhere:
        lines.append("Films are in the S3-compatible store and not part of the backup.")
    if manifest.films_without_files:
        lines.append(f"The server has no files of these films any more: {', '.join(manifest.films_without_files)}.")
    return "\n".join(lines)


def restore_backup(config: HomeConfig, *, source: Path, name: str | None) -> str:
    """Restores a backup into the data folder of the settings and returns a summary. Raises BackupFailed."""
    manifest = restore(Repository(source), DataFolder(config.data), name=name)
    made = f"{manifest.created_at.astimezone():%d %B %Y, %H:%M}"
    return f"Restored the backup of {made} into {config.data}: {len(manifest.files)} files, all verified."


def drill(config: HomeConfig, *, target: Path, scratch: Path | None) -> str:
    """Restores the newest backup as a trial, opens it like a server, and returns a summary. Raises BackupFailed."""
    begun_s = time.monotonic()
    with tried_out(Repository(target), scratch=scratch) as (folder, manifest):
        restored_s = time.monotonic() - begun_s
        keys = set(folder.keys.glob("*"))
        services = build_home(replace(config, data=folder.root, store_url=None, redis_url=None)).services
        if set(folder.keys.glob("*")) != keys:
            raise BackupFailed("The backup lacks signing keys: sessions and links would no longer be valid.")
        if (broken := audit.verify(services).broken_at) is not None:
            raise BackupFailed(f"The audit log in the backup is broken at entry {broken}.")
        accounts = sum(1 for _ in services.store.query_all(ACCOUNTS))
        rooms = sum(1 for _ in services.store.query_all(ALL_ROOMS))
        films = sum(1 for _ in services.store.query_all(ALL_VIDEOS))
        missing = _films_without_files(services, folder, manifest)
    if missing:
        raise BackupFailed(f"The backup lacks the files of these films: {', '.join(missing)}.")
    if DataFolder(config.data).database.exists():
        record_drill(DataFolder(config.data), now=datetime.now(UTC))
    return (
        f"The backup of {manifest.created_at.astimezone():%d %B %Y, %H:%M} is whole: {len(manifest.files)} files "
        f"({_size(manifest.size_bytes)}) were restored in {restored_s:.1f} s, and a server could open "
        f"it after {time.monotonic() - begun_s:.1f} s (accounts: {accounts}, rooms: {rooms}, films: {films})."
    )


def _films_without_files(services: Services, folder: DataFolder, manifest: Manifest) -> list[str]:
    if manifest.films_elsewhere:
        return []
    films = [film for film in services.store.query_all(ALL_VIDEOS) if film.status == "ready" and not film.source_url]
    return [
        film.id
        for film in films
        if film.id not in manifest.films_without_files
        and not (folder.media_of(film.id, str(film.generation)) / "master.m3u8").exists()
    ]


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.1f} MB"


@contextmanager
def _services(config: HomeConfig) -> Iterator[Services]:
    """Yields the functions' services on an existing data folder. Raises HomeError if there is none."""
    if config.store_url is None and not DataFolder(config.data).database.exists():
        raise HomeError(f"{config.data} contains no WatchParty data. Name the data folder with --data.")
    yield open_home(config).services
