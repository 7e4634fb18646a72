"""The box's Cloud CDN verifies cookies byte by byte and keeps signed responses as long as the backend says."""

from base64 import urlsafe_b64decode

import pytest

from cloud.cdn import BadSignature, Cdn, Stored
from watchparty_api.ports.playback_signing import signed_prefix

KEY = urlsafe_b64decode("nZtRohdNF9m3cKM24IcK4w==")
NOW = 1_796_000_000.0
URL = "https://watch.example/media/v1/1/master.m3u8"


def cdn(*, max_age_s: float = 1.0) -> Cdn:
    clock = iter(float(NOW) for _ in range(1000))
    return Cdn({"k1": KEY}, max_age_s, lambda: next(clock))


def cookie(
    *, prefix: str = "https://watch.example/media/v1/", expires_s: int = int(NOW) + 300, name: str = "k1"
) -> str:
    return signed_prefix(prefix, expires_s, key_name=name, key=KEY)


def test_the_signature_is_googles() -> None:
    """The published vector: this key, prefix and expiry have this signature."""
    value = signed_prefix("http://35.186.234.33/", 1549751401, key_name="my-key", key=KEY)
    assert value.startswith("URLPrefix=aHR0cDovLzM1LjE4Ni4yMzQuMzMv:Expires=1549751401:KeyName=my-key:Signature=")


def test_a_valid_cookie_opens_what_it_covers() -> None:
    """Among other cookies, without quotes, before it expires."""
    assert cdn().is_signed(URL, f"guest=x; Cloud-CDN-Cookie={cookie()}; theme=dark")


def test_no_cookie_is_forwarded_unsigned() -> None:
    """Cloud CDN does not block a request without a signature; the private bucket does."""
    assert cdn().is_signed(URL, "guest=x") is False


@pytest.mark.parametrize(
    "value",
    [
        f'"{cookie()}"',  # the quotes are part of the value
        cookie()[:-1] + "A",
        cookie(expires_s=int(NOW)),
        cookie(prefix="https://watch.example/media/v2/"),
        cookie(name="k2"),
        cookie().replace(":KeyName", " :KeyName"),
        "",
    ],
)
def test_anything_else_is_refused(value: str) -> None:
    """Quoted, tampered with, expired, for another film, by an unknown key, malformed, empty."""
    with pytest.raises(BadSignature):
        cdn().is_signed(URL, f"Cloud-CDN-Cookie={value}")


@pytest.mark.parametrize(("max_age_s", "seen"), [(1.0, b"2"), (3600.0, b"1")])
def test_a_signed_response_is_kept_as_long_as_the_backend_says(max_age_s: float, seen: bytes) -> None:
    """Whatever its Cache-Control: with an hour, a playlist that grows is frozen for an hour."""
    clock = iter([NOW, NOW + 2, NOW + 2])
    edge = Cdn({}, max_age_s, lambda: next(clock))
    versions = iter([b"1", b"2"])

    def origin() -> Stored:
        return Stored(200, [("cache-control", "no-cache")], next(versions))

    edge.get(URL, signed=True, origin=origin)
    assert edge.get(URL, signed=True, origin=origin).body == seen


def test_unsigned_responses_keep_to_their_cache_control_and_apart() -> None:
    """A cached answer to a signed request never serves an unsigned one."""
    edge = Cdn({}, 3600.0, lambda: NOW)
    edge.get(URL, signed=True, origin=lambda: Stored(200, [], b"film"))
    refused = edge.get(URL, signed=False, origin=lambda: Stored(403, [], b""))
    assert refused.status == 403
