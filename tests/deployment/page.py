"""The pages of docs/ as an operator types them."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def blocks(section: str, *, page: str = "deployment.md") -> str:
    """Returns the shell blocks of a section of a page as one script."""
    text = (DOCS / page).read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"{page} has no section {section!r} with commands"
    return "\n".join(found)
