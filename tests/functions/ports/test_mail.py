"""Mail over a real connection to a local server."""

from collections.abc import Iterator

import pytest

from fakes.smtp_server import Postbox, smtp_server
from watchparty_api.config import ConfigError
from watchparty_api.errors import Unavailable
from watchparty_api.ports.mail import open_mailer


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as running:
        yield running


def test_a_mail_arrives_as_it_was_written(postbox: Postbox) -> None:
    """Sender, recipient, subject and text arrive unchanged, including non-ASCII characters."""
    mailer = open_mailer(f"smtp://127.0.0.1:{postbox.port}", sender="WatchParty <film@watch.example>")
    mailer.send(to="zoe@example.org", subject="Grüße", text="Der Link:\n.\nhttps://watch.example/reset#token=x\n")
    (mail,) = postbox.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "zoe@example.org",
        "WatchParty <film@watch.example>",
        "Grüße",
    )
    assert mail.get_content().replace("\r\n", "\n") == "Der Link:\n.\nhttps://watch.example/reset#token=x\n"


def test_a_refused_mail_is_unavailable(postbox: Postbox) -> None:
    """A mail that the server refuses, or that reaches no server, raises Unavailable."""
    postbox.refuses = True
    for port in (postbox.port, 9):
        with pytest.raises(Unavailable):
            open_mailer(f"smtp://127.0.0.1:{port}", sender="film@watch.example").send(
                to="a@example.org", subject="s", text="t"
            )
    assert postbox.mails == []


def test_addresses_tell_how_to_connect() -> None:
    """The URL gives port and credentials, and the mailer's repr contains no secret."""
    plain, tls = (
        open_mailer("smtp://u%40x:p%2Fw@mail.example", sender="s"),
        open_mailer("smtps://m.example", sender="s"),
    )
    assert (plain.port, plain.user, plain.password, plain.implicit_tls) == (587, "u@x", "p/w", False)
    assert (tls.port, tls.user, tls.implicit_tls) == (465, None, True)
    assert "p/w" not in repr(plain)


def test_a_wrong_address_is_named_without_its_password() -> None:
    """The error names the setting and what was expected, but not the password."""
    with pytest.raises(ConfigError, match="WATCHPARTY_SMTP_URL") as refused:
        open_mailer("http://u:canary@mail.example", sender="s")
    assert "canary" not in str(refused.value)
