"""The exceptions of the functions, as one tree, and the HTTP status of each refusal.

    ApiError
    ├── Malformed 400 · Unauthenticated 401 · Forbidden 403 · NotFound 404 · Conflict 409 · Gone 410
    ├── TooLarge 413 · UnsupportedType 415 · Invalid 422 · TooMany 429 · Unavailable 503
    ├── only in the upload protocol: PreconditionFailed 412 · DiskFull 507
    ├── only at home: Misdirected 421
    ├── RoutingError       refusals of the framework: no such path (404), no such method (405), …
    StoreError
    ├── AlreadyExists      create() of a document that exists
    ├── VersionConflict    a write whose precondition failed: read and decide again
    └── Missing            replace() or delete() of a document that does not exist
    BadEvent               an invalid cloud event; it ends in a dead-letter topic

`code` is stable and part of the contract; `detail` is a sentence for people. An unhandled StoreError is answered as a
conflict (409).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class FieldError:
    """One invalid field of the request: JSON pointer, and what was expected."""

    pointer: str
    detail: str


class ApiError(Exception):
    """A refusal, answered as `application/problem+json` (RFC 9457)."""

    status: int = 500
    title: str = "Internal error"

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.extra = dict(extra or {})


class Malformed(ApiError):
    status, title = 400, "Malformed request"


class Unauthenticated(ApiError):
    status, title = 401, "Sign in first"


class Forbidden(ApiError):
    status, title = 403, "Not allowed"


class NotFound(ApiError):
    status, title = 404, "Not found"


class Conflict(ApiError):
    status, title = 409, "Conflict"


class Gone(ApiError):
    status, title = 410, "Gone"


class TooLarge(ApiError):
    status, title = 413, "Too large"


class UnsupportedType(ApiError):
    status, title = 415, "Unsupported media type"


class Invalid(ApiError):
    status, title = 422, "Invalid"


class TooMany(ApiError):
    status, title = 429, "Too many requests"


class Unavailable(ApiError):
    status, title = 503, "Not available now"


class RoutingError(ApiError):
    """A refusal of the framework, in our format."""

    def __init__(self, status: int, detail: str) -> None:
        phrase = HTTPStatus(status).phrase
        super().__init__(re.sub(r"\W+", "_", phrase.lower()), detail or phrase)
        self.status = status
        self.title = phrase


class PreconditionFailed(ApiError):
    status, title = 412, "Precondition failed"


class Misdirected(ApiError):
    status, title = 421, "Misdirected request"


class DiskFull(ApiError):
    status, title = 507, "Insufficient storage"


class StoreError(Exception):
    """A write that the store refused; carries the kind and id of the document."""

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(f"{kind} {id_}")
        self.kind = kind
        self.id = id_


class AlreadyExists(StoreError):
    """create() found a document of the same kind and id."""


class VersionConflict(StoreError):
    """The document changed since it was read."""


class Missing(StoreError):
    """The document to be replaced or deleted does not exist."""


class BadEvent(Exception):
    """A foreign or broken event; the message repeats none of its content."""
