"""Mail within limits: the only way to send any, so that no caller can flood an inbox or send in our name without end.

Each recipient gets few mails, whatever causes them, and each sender may cause few, whomever they are for.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from watchparty_api.errors import TooMany, Unavailable
from watchparty_api.identity.keys import KeyedHash
from watchparty_api.ports.mail import Mailer
from watchparty_api.rate_limits.limits import Limiter

log = logging.getLogger(__name__)

Kind = Literal["mail", "invited", "security"]
"""`mail` with links and `security` about changes go to owners of accounts, `invited` to others. Counted apart: the
answer says whether an invitation was mailed, and would otherwise reveal that the address has an account; and a link
that anyone can request must not hold back a warning.
"""


@dataclass(frozen=True)
class LimitedMailer:
    """A mailer with the limits of mail. `sender` is what is limited besides the recipient: an account or an address."""

    mailer: Mailer
    limiter: Limiter
    keyed_hash: KeyedHash

    @property
    def delivers(self) -> bool:
        """Whether mail is really sent. Where it is not, pages offer the link to copy instead."""
        return self.mailer.delivers

    def may_send(self, kind: Kind, *, to: str, sender: str) -> Callable[[str, str], None] | None:
        """Counts one mail and returns the function that sends it, with subject and text; None if it may not be sent.

        The function runs after the answer. On failure it logs the subject, but neither text nor address.
        """
        if not self.mailer.delivers:
            return None
        try:
            # The recipient first: what is refused for them does not use up the sender's mails.
            self.limiter.hit("mail_to", self.keyed_hash.of(kind, to.lower()))
            self.limiter.hit("mail_from_address", sender)
        except TooMany:
            log.warning("a mail was not sent: its recipient or sender has reached the limit")
            return None

        def send(subject: str, text: str) -> None:
            try:
                self.mailer.send(to=to, subject=subject, text=text)
            except Unavailable:
                log.warning("a mail could not be sent: %s", subject)

        return send
