"""Sending after the answer has gone out: a mail that fails then is noted, because nobody is left to hear of it."""

from __future__ import annotations

import logging

from watchparty_api.errors import Unavailable
from watchparty_api.ports.mail.port import Mailer

log = logging.getLogger(__name__)


def send_quietly(mail: Mailer, *, to: str, subject: str, text: str) -> None:
    """Sends; logs the subject, and neither text nor address, when it could not."""
    try:
        mail.send(to=to, subject=subject, text=text)
    except Unavailable:
        log.warning("a mail could not be sent: %s", subject)
