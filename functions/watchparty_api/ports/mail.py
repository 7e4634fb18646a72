"""Outgoing mail: the port for one short plain-text message to one person, with adapters for SMTP and for the log."""

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from watchparty_api.config import ConfigError
from watchparty_api.errors import Unavailable

if TYPE_CHECKING:
    import smtplib

log = logging.getLogger(__name__)


class Mailer(Protocol):
    """Adapters: `SmtpMailer`; `LogMailer`, which logs that a mail was not sent, without its secrets."""

    @property
    def delivers(self) -> bool:
        """Whether mail is really sent. Where it is not, pages offer the link to copy instead."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Sends, or raises Unavailable."""


class LogMailer:
    """`Mailer` for sites without a mail server: sends nothing."""

    delivers = False

    def send(self, *, to: str, subject: str, text: str) -> None:  # noqa: ARG002  neither address nor secret is logged
        log.warning("no mail server is set up, so this mail was not sent: %s", subject)


_TIMEOUT_S = 15.0
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """`Mailer` with one server, by TLS unless it is this machine. `implicit_tls` is smtps, otherwise STARTTLS."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit_tls: bool = False

    @property
    def delivers(self) -> bool:
        return True

    def send(self, *, to: str, subject: str, text: str) -> None:
        import smtplib
        from email.message import EmailMessage

        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message.set_content(text)
        try:
            with self._connected() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise _unavailable() from error

    def verify(self) -> None:
        """Signs in without sending anything. Raises Unavailable, with the server's answer as its cause."""
        import smtplib

        try:
            with self._connected() as server:
                server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise _unavailable() from error

    def _connected(self) -> "smtplib.SMTP":
        import smtplib
        import ssl

        tls = ssl.create_default_context()
        if self.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=tls)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
            if self.host not in _LOCAL:
                server.starttls(context=tls)
        if self.user is not None:
            server.login(self.user, self.password or "")
        return server


def _unavailable() -> Unavailable:
    return Unavailable("mail_unavailable", "We couldn’t send the email. Try again later.")


def open_mailer(url: str, *, sender: str) -> SmtpMailer:
    """Parses smtp://user:password@host:587 or smtps://…:465. Raises ConfigError, which repeats no secret."""
    try:
        parts = urlsplit(url)
        port, valid = parts.port, parts.scheme in ("smtp", "smtps") and bool(parts.hostname)
    except ValueError:  # its message repeats a part of the password
        port, valid = None, False
    if not valid or not parts.hostname:
        raise ConfigError("WATCHPARTY_SMTP_URL: expected smtp://USER:PASSWORD@HOST:PORT or smtps://…")
    implicit_tls = parts.scheme == "smtps"
    return SmtpMailer(
        host=parts.hostname,
        port=port or (465 if implicit_tls else 587),
        sender=sender,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        implicit_tls=implicit_tls,
    )
