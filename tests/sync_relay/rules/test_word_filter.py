"""Words that nobody wants to read: masked whole, in any spelling of case, width and accents, and nothing else."""

import pytest

from fakes.relay.harness import RelayHouse
from watchparty_relay.rules.word_filter import WordFilter

FILTER = WordFilter(["darn", "two words", " Frümp ", "", "a+b"])


@pytest.mark.parametrize(
    ("said", "shown"),
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
def test_whole_words_are_masked(said: str, shown: str) -> None:
    """A2: the length stays, so that a line reads as what it is."""
    assert FILTER.masked(said) == shown


def test_without_words_nothing_is_touched() -> None:
    """A2: as it is by default, down to the spelling."""
    assert WordFilter().masked("ﬁne darn") == "ﬁne darn"


@pytest.mark.anyio
async def test_everybody_sees_the_masked_line_and_so_does_the_archive() -> None:
    """A2, E1: masked before it is kept."""
    house = RelayHouse(blocked_words=frozenset({"darn"}))
    await house.open()
    host, ana = await house.host(), await house.join("ana")
    assert (await ana.chat("darn film"))["t"] == "ack"
    assert host.last("chat")["text"] == "**** film"
    assert [event["text"] for event in await house.told("chat")] == ["**** film"]
    await house.close()
