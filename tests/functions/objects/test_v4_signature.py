"""URLs signed by Google's own client are accepted; any change to the request is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.cloud import storage
from google.oauth2 import service_account

from watchparty_api.errors import ApiError, Forbidden, Malformed
from watchparty_api.objects import v4_signature
from watchparty_api.objects.v4_signature import SignedRequest

SIGNER = "uploads@demo.iam.gserviceaccount.com"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SENT = {
    "host": "127.0.0.1:8080",
    "content-type": "video/x-matroska",
    "x-goog-content-length-range": "5000,5000",
    "x-goog-if-generation-match": "0",
    "x-goog-resumable": "start",
}
REQUIRED = frozenset(SENT)


def googles_url(*, object_name: str = "v1/original", expires: timedelta = timedelta(minutes=15)) -> str:
    """The URL that the real client signs for a resumable start."""
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    credentials = service_account.Credentials.from_service_account_info(
        {"client_email": SIGNER, "private_key": pem, "token_uri": "http://127.0.0.1:1/token"}
    )
    client = storage.Client(project="demo", credentials=credentials)
    url: str = (
        client.bucket("upload")
        .blob(object_name)
        .generate_signed_url(
            version="v4",
            method="RESUMABLE",
            expiration=expires,
            content_type="video/x-matroska",
            headers={"x-goog-content-length-range": "5000,5000", "x-goog-if-generation-match": "0"},
            api_access_endpoint="http://127.0.0.1:8080",
        )
    )
    return url


def request(url: str, *, method: str = "POST", headers: dict[str, str] | None = None) -> SignedRequest:
    parts = urlsplit(url)
    return SignedRequest(method, parts.path, parts.query, SENT | (headers or {}))


def check(sent: SignedRequest, *, now: datetime | None = None) -> None:
    v4_signature.verify(sent, signer=SIGNER, key=KEY.public_key(), now=now or datetime.now(UTC), required=REQUIRED)


def test_googles_own_client_signs_what_we_verify() -> None:
    """A resumable start signed by google-cloud-storage passes, also for a name with non-ASCII characters."""
    check(request(googles_url()))
    check(request(googles_url(object_name="Die Brücke/original")))


def test_we_sign_what_google_signs() -> None:
    """At the same instant, our query string equals that of google-cloud-storage."""
    theirs = urlsplit(googles_url()).query
    now = datetime.now(UTC)
    ours = [
        v4_signature.sign(
            method="POST",
            path="/upload/v1/original",
            headers=SENT,
            signer=SIGNER,
            key=KEY,
            now=now - timedelta(seconds=ago),
            life=timedelta(minutes=15),
        )
        for ago in range(3)
    ]
    assert theirs in ours


CHANGES: dict[str, Callable[[str], SignedRequest]] = {
    "other object": lambda url: request(url.replace("/v1/", "/v2/")),
    "longer life": lambda url: request(url.replace("X-Goog-Expires=900", "X-Goog-Expires=90000")),
    "added parameter": lambda url: request(url.replace("?", "?generation=1&")),
    "other method": lambda url: request(url, method="PUT"),
    "other type": lambda url: request(url, headers={"content-type": "text/html"}),
    "enlarged range": lambda url: request(url, headers={"x-goog-content-length-range": "0,50000"}),
    "later write": lambda url: request(url, headers={"x-goog-if-generation-match": "7"}),
    "other host": lambda url: request(url, headers={"host": "evil.example"}),
    "unsigned header": lambda url: request(url, headers={"x-goog-acl": "public-read"}),
    "other signer": lambda url: request(url.replace("uploads%40demo", "someone%40demo")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_request_is_refused(name: str) -> None:
    """Any difference from the signed request is refused as forbidden."""
    with pytest.raises(Forbidden):
        check(CHANGES[name](googles_url()))


def test_a_signed_header_must_be_sent() -> None:
    """Omitting a signed header is refused like changing it."""
    sent = request(googles_url())
    headers = {name: value for name, value in sent.headers.items() if name != "x-goog-content-length-range"}
    with pytest.raises(Forbidden, match="signed_header_missing"):
        check(SignedRequest(sent.method, sent.path, sent.query, headers))


def test_a_signature_of_odd_length_is_malformed() -> None:
    """One digit too many is refused as malformed and does not raise an internal error."""
    with pytest.raises(Malformed):
        check(request(googles_url() + "0"))


def test_another_key_is_refused() -> None:
    """A signature by another key is refused."""
    other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    with pytest.raises(Forbidden, match="signature_mismatch"):
        v4_signature.verify(request(googles_url()), signer=SIGNER, key=other_key, now=datetime.now(UTC))


def test_a_url_expires() -> None:
    """A URL is valid until its end and then refused, with a different code than a forged one."""
    url = googles_url()
    now = datetime.now(UTC)
    check(request(url), now=now + timedelta(minutes=14, seconds=58))
    with pytest.raises(Malformed, match="url_expired"):
        check(request(url), now=now + timedelta(minutes=15, seconds=1))


@pytest.mark.parametrize("hours", [-1, 0, 24 * 7 + 1])
def test_a_lifetime_that_google_does_not_allow_is_refused(hours: int) -> None:
    """Even a correctly signed URL is refused if its lifetime is zero or longer than seven days."""
    query = v4_signature.sign(
        method="POST",
        path="/upload/v1/original",
        headers=SENT,
        signer=SIGNER,
        key=KEY,
        now=datetime.now(UTC),
        life=timedelta(hours=hours),
    )
    with pytest.raises(Malformed):
        check(SignedRequest("POST", "/upload/v1/original", query, SENT))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "X-Goog-Signature=abc",
        "X-Goog-Algorithm=GOOG4-HMAC-SHA256",
        "%zz=&&=",
        "X-Goog-Date=1&X-Goog-Date=2",
    ],
)
def test_an_invalid_query_is_refused(query: str) -> None:
    """An invalid query is refused and never raises an internal error."""
    with pytest.raises(ApiError):
        check(SignedRequest("POST", "/upload/v1/original", query, SENT))
