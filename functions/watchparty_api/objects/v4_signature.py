"""GOOG4-RSA-SHA256: signing a URL of Google Cloud Storage's XML API, and checking one. No I/O, no clock.

The standalone object server accepts exactly what the real one would, so a browser has one way to upload. `local.py`
signs, `web/resumable.py` verifies; in the cloud Google's client and servers do both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from watchparty_api.errors import Forbidden, Malformed

ALGORITHM = "GOOG4-RSA-SHA256"
LONGEST_LIFE = timedelta(days=7)
_CLOCK_SKEW = timedelta(minutes=15)
_DATE = "%Y%m%dT%H%M%SZ"
_SIGNATURE = re.compile(r"(?:[0-9a-f]{2}){256,512}")
_FIELDS = ("X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders")


@dataclass(frozen=True)
class SignedRequest:
    """What a signature speaks of: header names in lower case, `path` as it stands on the wire."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


def sign(
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    signer: str,
    key: RSAPrivateKey,
    now: datetime,
    life: timedelta,
) -> str:
    """The query string that lets whoever holds it send this request until `now + life`. `headers` include the host."""
    date = now.astimezone(UTC).strftime(_DATE)
    query = {
        "X-Goog-Algorithm": ALGORITHM,
        "X-Goog-Credential": f"{signer}/{_scope(date)}",
        "X-Goog-Date": date,
        "X-Goog-Expires": str(int(life.total_seconds())),
        "X-Goog-SignedHeaders": ";".join(sorted(name.lower() for name in headers)),
    }
    lower = {name.lower(): value for name, value in headers.items()}
    signature = key.sign(_string_to_sign(method, path, query, lower), PKCS1v15(), hashes.SHA256())
    return f"{_canonical_query(query)}&X-Goog-Signature={signature.hex()}"


def verify(
    request: SignedRequest, *, signer: str, key: RSAPublicKey, now: datetime, required: Collection[str] = ()
) -> None:
    """Raises Forbidden when the signature does not cover this very request, Malformed when it is none or is over.

    `required` headers must be signed; so must each `x-goog-` header that was sent, else it would be the sender's own.
    """
    query, signature = _taken_apart(request.query)
    signed = query["X-Goog-SignedHeaders"].split(";")
    own = [name for name in request.headers if name.startswith("x-goog-")]
    if unsigned := sorted({"host", *required, *own} - set(signed)):
        raise Forbidden("header_not_signed", f"The signature does not cover {', '.join(unsigned)}.")
    if missing := sorted(set(signed) - set(request.headers)):
        raise Forbidden("signed_header_missing", f"The signature covers {', '.join(missing)}, which was not sent.")
    if query["X-Goog-Credential"] != f"{signer}/{_scope(query['X-Goog-Date'])}":
        raise Forbidden("unknown_signer", "The URL was signed by someone else.")
    text = _string_to_sign(request.method, request.path, query, request.headers)
    try:
        key.verify(signature, text, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Forbidden("signature_mismatch", "The request doesn’t match its signature.") from None
    _check_time(query, now)


def _check_time(query: Mapping[str, str], now: datetime) -> None:
    try:
        signed_at = datetime.strptime(query["X-Goog-Date"], _DATE).replace(tzinfo=UTC)
        life = timedelta(seconds=int(query["X-Goog-Expires"]))
    except (ValueError, OverflowError):
        raise Malformed("signature_malformed", "X-Goog-Date or X-Goog-Expires is invalid.") from None
    if not timedelta(0) < life <= LONGEST_LIFE or signed_at > now + _CLOCK_SKEW:
        raise Malformed("signature_malformed", "The URL’s lifetime is out of range.")
    if now >= signed_at + life:
        raise Malformed("url_expired", "This upload link has expired. Ask for a new one.")


def _taken_apart(raw: str) -> tuple[dict[str, str], bytes]:
    pairs = parse_qsl(raw, keep_blank_values=True)
    query = dict(pairs)
    signature = query.pop("X-Goog-Signature", "")
    whole = len(pairs) == len(query) + 1 and all(query.get(name) for name in _FIELDS)
    if not whole or query["X-Goog-Algorithm"] != ALGORITHM or not _SIGNATURE.fullmatch(signature):
        raise Malformed("signature_malformed", "The URL does not carry a GOOG4-RSA-SHA256 signature.")
    return query, bytes.fromhex(signature)


def _string_to_sign(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    signed = query["X-Goog-SignedHeaders"]
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed.split(";"))
    request = "\n".join([method, path, _canonical_query(query), lines, signed, "UNSIGNED-PAYLOAD"])
    date = query["X-Goog-Date"]
    return "\n".join([ALGORITHM, date, _scope(date), sha256(request.encode()).hexdigest()]).encode()


def _canonical_query(query: Mapping[str, str]) -> str:
    return "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query.items()))


def _scope(date: str) -> str:
    return f"{date[:8]}/auto/storage/goog4_request"
