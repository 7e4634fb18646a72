"""The request and response bodies of join requests."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StrictBool, model_validator

from watchparty_api.rooms.models import GivenId
from watchparty_api.web.bodies import Body

Decision = Literal["admit", "deny", "block"]


class JoinRequestView(BaseModel):
    """Someone who is waiting to be let in."""

    id: str
    participant_id: str
    display_name: str
    has_account: bool
    created_at: datetime


class JoinRequestList(BaseModel):
    items: list[JoinRequestView]
    next_cursor: str | None


class DecideOne(Body):
    """`block` denies and bans."""

    decision: Decision


class DecideMany(Body):
    """Either the given requests or all open ones."""

    decision: Decision
    ids: Annotated[list[GivenId], Field(max_length=200)] | None = None
    all: StrictBool = False

    @model_validator(mode="after")
    def _ids_or_all(self) -> Self:
        if self.all == (self.ids is not None):
            raise ValueError("Give either ids or all: true.")
        return self


class Decided(BaseModel):
    """`skipped` requests had already been decided, or do not exist."""

    decided: list[str]
    skipped: list[str]
