"""Security faults that were found in other projects: for each, a test here would find it."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SECURITY_FAULTS = {f"S{number}" for number in range(1, 15)}
"""S1 to S14: entering any room, other people's films, confused guests, tokens in URLs, unsafe defaults, …"""


def test_every_security_fault_is_named_by_a_test() -> None:
    """The docstring of a test begins with the faults that it would find."""
    texts = [path.read_text() for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    first_lines = [line for text in texts for line in re.findall(r'^ +"""(.*)', text, re.MULTILINE)]
    named = {fault for line in first_lines for fault in re.findall(r"\bS\d+\b", line)}
    assert sorted(SECURITY_FAULTS - named) == []
