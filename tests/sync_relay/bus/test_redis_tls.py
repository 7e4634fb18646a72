"""The address that terraform/redis.tf writes, used with a Redis that requires TLS and a password, like Memorystore."""

import datetime
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from watchparty_relay.bus.redis import RedisBus

ROOT = Path(__file__).parents[3]
PASSWORD = "bd3c1a52-0f4e-4c7e-9d53-5f0e6c1c2b7a"
STARTS_WITHIN_S = 20.0

pytestmark = [pytest.mark.anyio, pytest.mark.service]


def certificate(folder: Path, name: str, signer: tuple[ec.EllipticCurvePrivateKey, x509.Name] | None = None) -> Path:
    """A certificate without a host name; without a signer it is a certificate authority's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing, issuer = signer or (key, subject)
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .sign(signing, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    path.with_suffix(".key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    )
    if signer is None:
        certificate(folder, f"{name}-server", (key, subject))
    return path


def address(*, port: int, authority: Path, password: str = PASSWORD) -> str:
    """Terraform's address, with the values that Google would fill in."""
    (written,) = re.findall(r'secret_data = "(rediss://[^"]+)"', (ROOT / "terraform/redis.tf").read_text())
    filled = {"auth_string": password, "host": "127.0.0.1", "port": str(port)}
    for name, value in filled.items():
        written = written.replace(f"${{google_redis_instance.rooms[0].{name}}}", value)
    assert "${" not in written
    return str(written.replace("/redis-ca/ca.pem", str(authority)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """A server whose certificate authority is `ours`."""
    authority = certificate(folder, "ours")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    server = folder / "ours-server.pem"
    tls = ["--tls-port", str(number), "--port", "0", "--tls-auth-clients", "no", "--tls-ca-cert-file", str(authority)]
    tls += ["--tls-cert-file", str(server), "--tls-key-file", str(server.with_suffix(".key"))]
    usual = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD]
    process = subprocess.Popen(["redis-server", *usual, *tls], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                with Redis.from_url(address(port=number, authority=authority)) as client:
                    client.ping()
                break
            except RedisConnectionError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
        yield number
    finally:
        process.kill()
        process.wait()


async def test_a_relay_uses_tls_with_a_password(port: int, folder: Path) -> None:
    """Its bus starts, and knows the server's time."""
    bus = RedisBus(address(port=port, authority=folder / "ours.pem"))
    await bus.start()
    assert bus.now_ms() > 0
    await bus.stop()


def test_another_authority_or_password_is_refused(port: int, folder: Path) -> None:
    """Host names are not checked, because Google's certificate has none; authority and password are."""
    other = certificate(folder, "theirs")
    with Redis.from_url(address(port=port, authority=other)) as client, pytest.raises(RedisConnectionError):
        client.ping()
    wrong = address(port=port, authority=folder / "ours.pem", password="wrong")
    with Redis.from_url(wrong) as client, pytest.raises(AuthenticationError):
        client.ping()
