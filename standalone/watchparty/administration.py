"""What an operator does on the machine itself, on the data folder of a server that may be running."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from pydantic import ValidationError

from watchparty.bootstrap import build_home
from watchparty.config import HomeConfig
from watchparty.data_folder import DataFolder
from watchparty.errors import HomeError
from watchparty_api import audit
from watchparty_api.accounts import creation
from watchparty_api.accounts.models import RegisterBody
from watchparty_api.config import ConfigError
from watchparty_api.errors import ApiError
from watchparty_api.identity.rotation import STEPS
from watchparty_api.records import Account
from watchparty_api.services import Services


def create_account(
    config: HomeConfig, *, email: str, password: str, display_name: str, role: Literal["admin", "user"]
) -> Account:
    """Makes an account without an invitation. Raises HomeError with what was wrong."""
    DataFolder(config.data).make()
    try:
        wish = RegisterBody(email=email, password=password, display_name=display_name)
        return creation.create_account(
            build_home(config).services,
            email=wish.email,
            password=wish.password,
            display_name=wish.display_name,
            role=role,
        )
    except ValidationError as error:
        raise HomeError("\n".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from error
    except ApiError as error:
        raise HomeError(error.detail) from error


def verify_audit(config: HomeConfig) -> str:
    """Walks the audit log and says that its chain holds. Raises HomeError with the first entry that does not fit."""
    with _services(config) as services:
        verdict = audit.verify(services)
    if verdict.broken_at is not None:
        raise HomeError(f"The audit log is broken at entry {verdict.broken_at}; the {verdict.entries} before it hold.")
    return f"The audit log holds: {verdict.entries} entries."


def export_audit(config: HomeConfig) -> Iterator[str]:
    """Every entry, the oldest first, as JSON lines."""
    with _services(config) as services:
        for entry in audit.entries(services):
            yield json.dumps(audit.as_json(entry), separators=(",", ":"))


def rotate_keys(config: HomeConfig, *, step: str, family: str) -> None:
    """One step of a rotation on the keys of the data folder; the server takes it up at its next start."""
    path = DataFolder(config.data).keys / f"{family}.json"
    draft = path.with_suffix(".draft")
    text = rotated(step, family, path.read_text() if path.exists() else None)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def rotated(step: str, family: str, text: str | None) -> str:
    """The family's text after a step, for secrets that lie elsewhere. Raises HomeError."""
    try:
        return STEPS[step](family, text or None)
    except ConfigError as error:
        raise HomeError(str(error)) from error


@contextmanager
def _services(config: HomeConfig) -> Iterator[Services]:
    """The functions' services on a data folder that is there. Raises HomeError."""
    if not DataFolder(config.data).database.exists():
        raise HomeError(f"{config.data}: there is no WatchParty here. Name its folder with --data.")
    yield build_home(config).services
