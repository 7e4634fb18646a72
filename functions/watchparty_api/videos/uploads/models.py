"""The shapes of uploads in parts over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from watchparty_api.web.bodies import Body


class PartsRequest(Body):
    """Which parts are going to be sent next, counted from 1; none asks only how far it got."""

    numbers: list[Annotated[int, Field(strict=True, ge=1, le=10_000)]] = Field(default=[], max_length=100)


class PartAddressView(BaseModel):
    """PUT exactly `size_bytes` of the file, from `(number - 1) * part_size_bytes` on, to `url`."""

    number: int
    size_bytes: int
    url: str


class PartsView(BaseModel):
    """`stored` are the numbers of the parts that are there whole; the addresses hold until `expires_at`."""

    part_size_bytes: int
    stored: list[int]
    addresses: list[PartAddressView]
    expires_at: datetime
