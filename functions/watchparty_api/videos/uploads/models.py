"""The request and response bodies of uploads that are under way."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from watchparty_api.web.bodies import Body


class UploadProgress(Body):
    """How many bytes of the file have been sent, as the uploading page counts them."""

    sent_bytes: int = Field(strict=True, ge=0, le=2**50)


class PartsRequest(Body):
    """The numbers of the parts to be sent next, counted from 1; an empty list only queries the progress."""

    numbers: list[Annotated[int, Field(strict=True, ge=1, le=10_000)]] = Field(default=[], max_length=100)


class PartAddressView(BaseModel):
    """PUT exactly `size_bytes` of the file, starting at `(number - 1) * part_size_bytes`, to `url`."""

    number: int
    size_bytes: int
    url: str


class PartsView(BaseModel):
    """`stored` lists the parts that are stored completely; the addresses are valid until `expires_at`."""

    part_size_bytes: int
    stored: list[int]
    addresses: list[PartAddressView]
    expires_at: datetime
