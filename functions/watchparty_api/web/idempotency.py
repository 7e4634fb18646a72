"""The `Idempotency-Key` header of creating calls: the same POST creates once, however often it arrives.

A key is bound to caller, route and body for 24 hours. Only the id of the created object is stored, never an answer,
which might contain secrets: the route reads the object again and answers as it did the first time.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from watchparty_api.errors import AlreadyExists, Conflict, Invalid, Malformed
from watchparty_api.records import IdempotencyKey
from watchparty_api.services import Services
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import ServicesOf

_LIFE = timedelta(hours=24)
_CLAIM_LIFE = timedelta(minutes=1)
"""A process that died between claim and answer leaves its claim behind. No creating call takes this long."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_IN_PROGRESS, _DONE = 0, 201


@dataclass(frozen=True)
class Once:
    """Runs a creation once, and returns the id of the first run from then on."""

    services: Services
    key_id: str | None
    body_hash: str

    def __call__(self, create: Callable[[], str]) -> str:
        """Returns the id from `create`, of this call or the first. Raises Conflict while the first is running."""
        if self.key_id is None:
            return create()
        claim = self._claim(self.key_id)
        if claim.status == _DONE:
            return str(claim.answer["id"])
        try:
            id_ = create()
        except Exception:
            # Nothing was created: the same key can try again.
            self.services.store.delete(IdempotencyKey, self.key_id)
            raise
        self.services.store.replace(replace(claim, status=_DONE, answer={"id": id_}))
        return id_

    def _claim(self, key_id: str) -> IdempotencyKey:
        now = self.services.now()
        fresh = IdempotencyKey(
            id=key_id,
            created_at=now,
            body_hash=self.body_hash,
            status=_IN_PROGRESS,
            answer={},
            expires_at=now + _LIFE,
        )
        try:
            return self.services.store.create(fresh)
        except AlreadyExists:
            known = self.services.store.get(IdempotencyKey, key_id)
        abandoned = known is not None and known.status == _IN_PROGRESS and known.created_at + _CLAIM_LIFE <= now
        if known is not None and (abandoned or known.expires_at <= now):
            return self.services.store.replace(replace(fresh, version=known.version))
        if known is None or known.status == _IN_PROGRESS:
            raise Conflict("in_progress", "The same request is still being processed.", retry_after_s=1)
        if known.body_hash != self.body_hash:
            raise Invalid("idempotency_mismatch", "This Idempotency-Key was used for a different request.")
        return known


async def once_of(request: Request, services: ServicesOf, caller: AccountOf) -> Once:
    """Binds the request's `Idempotency-Key` to caller, route and body. Without a key each request creates."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return Once(services, None, "")
    if not _KEY.fullmatch(key):
        raise Malformed("bad_idempotency_key", "An Idempotency-Key must be 1 to 200 visible ASCII characters.")
    binding = "\0".join((caller.account.id, request.method, request.url.path, key))
    body = await request.body()
    return Once(services, hashlib.sha256(binding.encode()).hexdigest(), hashlib.sha256(body).hexdigest())


OnceOf = Annotated[Once, Depends(once_of)]
