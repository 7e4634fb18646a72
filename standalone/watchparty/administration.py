"""What an operator does on the machine itself, on the data folder of a server that may be running."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from watchparty.bootstrap import build_home
from watchparty.config import HomeConfig
from watchparty.data_folder import DataFolder
from watchparty.errors import HomeError
from watchparty_api.accounts import making
from watchparty_api.accounts.models import RegisterBody
from watchparty_api.errors import ApiError
from watchparty_api.records import Account


def create_account(
    config: HomeConfig, *, email: str, password: str, display_name: str, role: Literal["admin", "user"]
) -> Account:
    """Makes an account without an invitation. Raises HomeError with what was wrong."""
    DataFolder(config.data).make()
    try:
        wish = RegisterBody(email=email, password=password, display_name=display_name)
        return making.create_account(
            build_home(config).services,
            email=wish.email,
            password=wish.password,
            display_name=wish.display_name,
            role=role,
        )
    except ValidationError as wrong:
        raise HomeError("\n".join(f"{error['loc'][0]}: {error['msg']}" for error in wrong.errors())) from wrong
    except ApiError as refused:
        raise HomeError(refused.detail) from refused
