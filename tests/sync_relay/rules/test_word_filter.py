"""Blocked words are masked, regardless of case, width and accents; nothing else is."""

import pytest

from fakes.relay.harness import RelayHarness
from watchparty_relay.rules.word_filter import WordFilter

FILTER = WordFilter(["darn", "two words", " Frümp ", "", "a+b"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("darn!", "****!"),
        ("DARN it, Darn", "**** it, ****"),
        ("ｄａｒｎ", "****"),
        ("dárn", "****"),
        ("frump FRÜMP", "***** *****"),
        ("these two words here", "these ********* here"),
        ("a+b", "***"),
        ("darning undarned", "darning undarned"),
        ("🎬 darn 🎬", "🎬 **** 🎬"),
        ("ﬁne darn", "fine ****"),
        ("", ""),
    ],
)
def test_whole_words_are_masked(text: str, shown: str) -> None:
    """A2: the mask has the length of the word."""
    assert FILTER.masked(text) == shown


def test_without_words_nothing_changes() -> None:
    """A2: that is the default; not even the spelling is normalized."""
    assert WordFilter().masked("ﬁne darn") == "ﬁne darn"


@pytest.mark.anyio
async def test_members_and_the_archive_receive_the_masked_line() -> None:
    """A2, E1: masked before it is stored."""
    harness = RelayHarness(blocked_words=frozenset({"darn"}))
    await harness.open()
    host, ana = await harness.host(), await harness.join("ana")
    assert (await ana.chat("darn film"))["t"] == "ack"
    assert host.last("chat")["text"] == "**** film"
    assert [event["text"] for event in await harness.published("chat")] == ["**** film"]
    await harness.close()
