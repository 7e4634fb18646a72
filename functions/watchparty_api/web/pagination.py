"""Lists over HTTP: `?limit=&cursor=` in, `{"items": [], "next_cursor": null}` out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

PageLimit = Annotated[int, Query(ge=1, le=200)]
PageCursor = Annotated[str | None, Query(max_length=1000)]
