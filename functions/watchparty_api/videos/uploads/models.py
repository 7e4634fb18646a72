"""The shapes of uploads in parts over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PartsRequest(BaseModel):
    """Which parts are going to be sent next, counted from 1; none asks only how far it got."""

    model_config = ConfigDict(extra="forbid")

    numbers: Annotated[list[Annotated[int, Field(strict=True, ge=1, le=10_000)]], Field(max_length=100)] = []


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
