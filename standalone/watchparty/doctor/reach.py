"""Gathers facts about what is elsewhere: the public address, mail, films in S3, Redis. Sends nothing that is stored."""

import base64
import http.client
import os
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from watchparty.config import HomeConfig, S3Config
from watchparty.doctor.facts import PublicFacts
from watchparty_api.config import ConfigError
from watchparty_api.errors import Unavailable

WITHIN_S = 5.0
MALFORMED = "its address is malformed (in a password, characters such as / and @ have to be percent-encoded)"
LARGE_UPLOAD_BYTES = 6 * 10**9
_OURS = ("x-request-id",)
"""Headers that every answer of the server has."""


def answers_as_watchparty(host: str, port: int, *, within_s: float = WITHIN_S) -> bool:
    """Whether a WatchParty listens on this port of this machine."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    connection = http.client.HTTPConnection(reached, port, timeout=within_s)
    try:
        connection.request("GET", "/health", headers={"Host": f"localhost:{port}"})
        return _is_ours(connection.getresponse())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def public_facts(url: str, *, trusted: ssl.SSLContext | None = None, within_s: float = WITHIN_S) -> PublicFacts:
    """What a visitor of the public address meets. `trusted`: the certificates to accept, by default the system's."""
    try:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return PublicFacts(url=url, resolves=False)
    except ValueError:
        return PublicFacts(url=url, malformed=True)
    trusted = trusted or ssl.create_default_context()

    def connect() -> http.client.HTTPConnection:
        if secure:
            return http.client.HTTPSConnection(host, port, timeout=within_s, context=trusted)
        return http.client.HTTPConnection(host, port, timeout=within_s)

    connection = connect()
    try:
        connection.connect()
        until = _valid_until(connection.sock) if secure else None
        connection.request("GET", "/api/v1/config")
        answer = connection.getresponse()
    except ssl.SSLCertVerificationError as error:
        return PublicFacts(url=url, resolves=True, certificate_problem=error.verify_message)
    except (OSError, http.client.HTTPException) as error:
        return PublicFacts(url=url, resolves=True, problem=str(error) or type(error).__name__)
    finally:
        connection.close()
    date = answer.headers.get("Date")
    return PublicFacts(
        url=url,
        resolves=True,
        certificate_until=until,
        status=answer.status,
        is_watchparty=_is_ours(answer),
        proxy=answer.headers.get("Server") or answer.headers.get("Via"),
        socket_status=_handshake_status(connect(), url),
        upload_status=_upload_status(connect()),
        date=parsedate_to_datetime(date) if date else None,
    )


def _is_ours(answer: http.client.HTTPResponse) -> bool:
    return all(name in answer.headers for name in _OURS)


def _valid_until(connected: socket.socket) -> datetime | None:
    certificate = connected.getpeercert() if isinstance(connected, ssl.SSLSocket) else None
    end = certificate.get("notAfter") if certificate else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if isinstance(end, str) else None


def _handshake_status(connection: http.client.HTTPConnection, url: str) -> int | None:
    """The answer to a WebSocket's handshake; None if there is none in time."""
    headers = {
        "Origin": url,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    try:
        connection.request("GET", "/ws", headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _upload_status(connection: http.client.HTTPConnection) -> int | None:
    """The answer to the head of a large upload; a proxy that has a limit does not wait for the body."""
    try:
        connection.putrequest("PUT", "/upload/doctor/original")
        connection.putheader("Content-Length", str(LARGE_UPLOAD_BYTES))
        connection.putheader("Content-Type", "video/mp4")
        connection.endheaders()
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def mail_problem(config: HomeConfig) -> str | None:
    """Why the mail server does not accept us; None: it does, or there is none. No mail is sent."""
    from watchparty_api.ports.mail import open_mailer

    if config.smtp_url is None:
        return None
    if not config.mail_from:
        return "WATCHPARTY_MAIL_FROM is missing"
    try:
        open_mailer(config.smtp_url, sender=config.mail_from).verify()
    except (ConfigError, Unavailable) as error:
        return str(error.__cause__ or error)
    except ValueError:
        return MALFORMED
    return None


def storage_problems(s3: S3Config | None) -> tuple[str, ...]:
    """Why the buckets can't be used, one reason each."""
    if s3 is None:
        return ()
    import boto3
    from botocore.config import Config as BotoConfig
    from botocore.exceptions import BotoCoreError, ClientError

    config = BotoConfig(connect_timeout=WITHIN_S, read_timeout=WITHIN_S, retries={"max_attempts": 1})
    problems = []
    try:
        client = boto3.client("s3", endpoint_url=s3.endpoint, config=config)
    except (BotoCoreError, ValueError) as error:
        return (str(error),)
    for bucket in (s3.uploads_bucket, s3.media_bucket):
        try:
            client.list_objects_v2(Bucket=bucket, MaxKeys=1)
        except (BotoCoreError, ClientError) as error:
            problems.append(f"{bucket}: {error}")
    return tuple(problems)


def redis_problem(url: str | None) -> str | None:
    """Why Redis does not answer; None: it does, or there is none."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname or "", parts.port or 6379), timeout=WITHIN_S) as connection:
            if parts.scheme == "rediss":
                return None  # what answers there would have to be spoken to in TLS
            if parts.password:
                user = [parts.username] if parts.username else []
                connection.sendall(" ".join(["AUTH", *user, parts.password]).encode() + b"\r\n")
                if not (answer := connection.recv(200)).startswith(b"+OK"):
                    return answer.decode(errors="replace").strip().lstrip("-")
            connection.sendall(b"PING\r\n")
            answer = connection.recv(200)
    except OSError as error:
        return str(error)
    except ValueError:
        return MALFORMED
    return None if answer.startswith(b"+PONG") else answer.decode(errors="replace").strip().lstrip("-") or "no answer"


def connection_problem(host: str, port: int) -> str | None:
    """Why nothing accepts a connection there; None: something does."""
    try:
        with socket.create_connection((host, port), timeout=WITHIN_S):
            return None
    except OSError as error:
        return str(error)
