"""Mails that notify the owner of an account of a change of its second factors, which an intruder could have made.

They run after the answer, so that neither a slow nor a failing mail server affects the change. They name no passkey and
contain no text that the person who made the change could have chosen, and no link that works without signing in.
"""

import logging
from typing import Literal

from watchparty_api.errors import ApiError, StoreError
from watchparty_api.records import Account
from watchparty_api.services import Services

log = logging.getLogger(__name__)

Change = Literal[
    "passkey_added",
    "passkey_removed",
    "authenticator_added",
    "authenticator_removed",
    "recovery_codes_replaced",
    "recovery_code_used",
    "factors_reset",
]

_SENTENCES: dict[Change, str] = {
    "passkey_added": "A passkey was added to your account",
    "passkey_removed": "A passkey was removed from your account",
    "authenticator_added": "An authenticator app was added to your account",
    "authenticator_removed": "An authenticator app was removed from your account",
    "recovery_codes_replaced": "The recovery codes of your account were replaced",
    "recovery_code_used": "A recovery code of your account was used",
    "factors_reset": "An admin removed every passkey and authenticator app from your account",
}


def mail_change(services: Services, account: Account, change: Change) -> None:
    """Mails what has changed, when, and what to do if it was someone else. Never raises: the change has been made.

    Sends nothing for an account without an address, on a site without mail, or beyond the limits of mail.
    """
    if account.email is None:
        return
    try:
        # Counted apart from links that anyone can request, with which an intruder could use up the owner's mails.
        send = services.mail.may_send("security", to=account.email, sender=f"security.{account.id}")
        if send is None:
            return
        brand_name = services.settings().brand_name
    except (ApiError, StoreError) as error:
        log.warning("a mail about a second factor was not sent: %s", error)
        return
    site, at = services.config.public_url or "", services.now()
    sentence = _SENTENCES[change]
    text = (
        f"{sentence} at {brand_name} on {at:%-d %B %Y} at {at:%H:%M} UTC.\n\n"
        f"{_what_to_do(change, password_here=services.identity_provider is None)}\n\n{site}/account\n"
    )
    send(sentence, text)


def _what_to_do(change: Change, *, password_here: bool) -> str:
    password = "change your password" if password_here else "change your password where you have it"
    if change == "factors_reset":
        return (
            "You can sign in without them now. If you asked for this, sign in and add a new one. If you didn’t, "
            f"{password} and ask the admin who did."
        )
    return (
        "If this was you, there is nothing to do. If it wasn’t, someone else may be using your account: sign in, "
        f"{password}, choose “Sign out everywhere”, and check your passkeys and authenticator app. "
        "If you can’t sign in, ask the admin of the site."
    )
