"""Mail on a machine that has none: the log says that there would have been one, and never what stood in it."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


class LogMailer:
    """`port.Mailer` that delivers nothing; pages offer the link to copy instead."""

    delivers = False

    def send(self, *, to: str, subject: str, text: str) -> None:  # noqa: ARG002  neither address nor secret is logged
        log.warning("no mail server is set up, so nobody was sent: %s", subject)
