"""GOOG4-RSA-SHA256: signs and verifies URLs of Google Cloud Storage's XML API. No I/O, no clock.

The standalone server accepts exactly what Google's would, so that the browser needs only one uploader. `local.py` signs
and `web/resumable.py` verifies; in the cloud, Google's client and servers do. The algorithm is documented at
https://cloud.google.com/storage/docs/authentication/signatures.
"""

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
MAX_LIFE = timedelta(days=7)
_CLOCK_SKEW = timedelta(minutes=15)
_DATE = "%Y%m%dT%H%M%SZ"
_SIGNATURE = re.compile(r"(?:[0-9a-f]{2}){256,512}")
_FIELDS = ("X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders")


@dataclass(frozen=True)
class SignedRequest:
    """The signed parts of a request: header names in lower case, `path` as sent."""

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
    """The query string that permits this request until `now + life`. `headers` must include the host."""
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
    """Raises Forbidden if the signature does not cover this request, and Malformed if it is invalid or has expired.

    All `required` headers must be signed, and every `x-goog-` header that was sent, so that the client cannot add one.
    """
    query, signature = _split_query(request.query)
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
    if not timedelta(0) < life <= MAX_LIFE or signed_at > now + _CLOCK_SKEW:
        raise Malformed("signature_malformed", "The URL’s lifetime is out of range.")
    if now >= signed_at + life:
        raise Malformed("url_expired", "This upload link has expired. Ask for a new one.")


def _split_query(raw: str) -> tuple[dict[str, str], bytes]:
    pairs = parse_qsl(raw, keep_blank_values=True)
    query = dict(pairs)
    signature = query.pop("X-Goog-Signature", "")
    complete = len(pairs) == len(query) + 1 and all(query.get(name) for name in _FIELDS)
    if not complete or query["X-Goog-Algorithm"] != ALGORITHM or not _SIGNATURE.fullmatch(signature):
        raise Malformed("signature_malformed", "The URL has no GOOG4-RSA-SHA256 signature.")
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
