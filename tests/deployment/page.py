"""docs/deployment.md as an operator types it."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "deployment.md"


def blocks(section: str) -> str:
    """Returns the shell blocks of a section of the page as one script."""
    text = PAGE.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"the page has no section {section!r} with commands"
    return "\n".join(found)
