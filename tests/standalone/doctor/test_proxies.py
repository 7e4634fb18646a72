"""The public address, through real proxies with right and wrong settings."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from e2e.home import Home
from fakes.google.emulators import free_port
from fakes.proxies import FORWARDS, GOOD, LARGE_UPLOADS, UPGRADES, caddy, nginx
from standalone.doctor.installation import Installation
from watchparty.doctor.checks import diagnose
from watchparty.doctor.facts import Facts
from watchparty.doctor.reach import public_facts

pytestmark = [pytest.mark.service, pytest.mark.integration]

PATIENCE_S = 60.0
CADDY_WAITS_S = 15.0
"""For the body of the large upload, of which the doctor sends only the head: all of this time passes."""


def running(server: Home, public_url: str, *, within_s: float = PATIENCE_S) -> Installation:
    """The installation of the running server, with this public address."""
    settings = {"WATCHPARTY_TRUSTED_PROXIES": "127.0.0.1", "WATCHPARTY_PUBLIC_URL": public_url}
    return Installation(server.data, settings, port=server.port, within_s=within_s)


@pytest.mark.parametrize(
    ("code", "location"),
    [
        (None, "{pass_} " + GOOD),
        ("websocket_blocked", "{pass_} " + FORWARDS + LARGE_UPLOADS),
        ("upload_too_large", "{pass_} " + FORWARDS + UPGRADES),
        ("host_refused", "{pass_} " + GOOD.replace("Host $http_host", "Host films.example")),
        ("proxy_without_server", "proxy_pass http://127.0.0.1:1;" + GOOD),
        ("public_other_site", 'return 200 "It works!";'),
    ],
)
def test_nginx(code: str | None, location: str, server: Home, tmp_path: Path) -> None:
    """With the settings of the documentation nothing is found; each setting that is missing is named alone."""
    text = location.replace("{pass_}", f"proxy_pass http://127.0.0.1:{server.port};")
    with nginx(tmp_path / "nginx", text) as port:
        found = running(server, f"http://127.0.0.1:{port}").codes()
    assert found == ({code} if code else set())


def test_a_proxy_that_is_not_trusted(server: Home, tmp_path: Path) -> None:
    """All visitors would count as one."""
    with nginx(tmp_path / "nginx", f"proxy_pass http://127.0.0.1:{server.port};{GOOD}") as port:
        home = running(server, f"http://127.0.0.1:{port}")
        del home.settings["WATCHPARTY_TRUSTED_PROXIES"]
        assert home.codes() == {"proxy_not_trusted"}


def test_caddy(server: Home, tmp_path: Path) -> None:
    """One line is enough. A certificate of its own authority is refused by browsers, and named."""
    port, secure = free_port(), free_port()
    with caddy(
        tmp_path / "plain", f"http://127.0.0.1:{port} {{\n reverse_proxy 127.0.0.1:{server.port}\n}}", port=port
    ):
        found = running(server, f"http://127.0.0.1:{port}", within_s=CADDY_WAITS_S).codes()
        assert found == set()
    site = f"https://localhost:{secure} {{\n tls internal\n reverse_proxy 127.0.0.1:{server.port}\n}}"
    with caddy(tmp_path / "tls", site, port=secure):
        assert running(server, f"https://localhost:{secure}").codes() == {"certificate_invalid"}


@pytest.mark.parametrize(("days", "codes"), [(60, set()), (5, {"certificate_ends"}), (-1, {"certificate_invalid"})])
def test_a_certificate_that_ends(days: int, codes: set[str], server: Home, tmp_path: Path) -> None:
    """Soon: a warning while there is time; past: browsers refuse it."""
    tls = certificate(tmp_path, ends_at=datetime.now(UTC) + timedelta(days=days))
    trusted = ssl.create_default_context(cafile=str(tls[0]))
    with nginx(tmp_path / "nginx", f"proxy_pass http://127.0.0.1:{server.port};{GOOD}", tls=tls) as port:
        public = public_facts(f"https://127.0.0.1:{port}", trusted=trusted, within_s=PATIENCE_S)
    now = datetime.now(UTC)
    facts = Facts(now=now, release="1", public=public, trusted_proxies=("127.0.0.1",))
    assert {finding.code for finding in diagnose(facts)} == codes


def certificate(folder: Path, *, ends_at: datetime) -> tuple[Path, Path]:
    """Creates a certificate for 127.0.0.1; returns its file and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "watch.test")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1000)
        .not_valid_before(ends_at - timedelta(days=90))
        .not_valid_after(ends_at)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "certificate.pem", folder / "key.pem"
