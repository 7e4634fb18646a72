"""Mail by SMTP: one connection a message, TLS always unless the server is this machine."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from watchparty_api.config import ConfigError
from watchparty_api.errors import Unavailable

_WITHIN_S = 15.0
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """`port.Mailer` at one server. `implicit_tls` is smtps; else the connection is upgraded before anything is said."""

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
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message.set_content(text)
        try:
            with self._connected() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable("mail_unavailable", "We couldn’t send the email. Try again later.") from error

    def _connected(self) -> smtplib.SMTP:
        tls = ssl.create_default_context()
        if self.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_WITHIN_S, context=tls)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_WITHIN_S)
            if self.host not in _LOCAL:
                server.starttls(context=tls)
        if self.user is not None:
            server.login(self.user, self.password or "")
        return server


def open_mailer(url: str, *, sender: str) -> SmtpMailer:
    """The mailer of smtp://user:password@host:587 or smtps://…:465. Raises ConfigError, which repeats no secret."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ConfigError("WATCHPARTY_SMTP_URL: expected smtp://USER:PASSWORD@HOST:PORT or smtps://…")
    implicit_tls = parts.scheme == "smtps"
    return SmtpMailer(
        host=parts.hostname,
        port=parts.port or (465 if implicit_tls else 587),
        sender=sender,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        implicit_tls=implicit_tls,
    )
