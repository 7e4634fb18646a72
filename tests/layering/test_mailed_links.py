"""Mailed links carry secrets in their fragments: each leads to a page that reads its secret."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_link_with_a_secret_leads_to_a_page_that_reads_it() -> None:
    """The path is a route of the page, and the component there reads the secret by the same name."""
    sources = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "standalone").rglob("*.py")]
    written = "\n".join(path.read_text() for path in sources)
    links = set(re.findall(r"\{(?:site|base_url\(request\))\}/(\w+)#(\w+)=", written))
    page = ROOT / "frontend" / "src"
    components = dict(re.findall(r'path="/(\w+)" element=\{<(\w+)', (page / "app" / "App.tsx").read_text()))
    unread = {
        (path, name)
        for path, name in links
        if path not in components
        or f'fragmentSecret(hash, "{name}")' not in (page / "account" / f"{components[path]}.tsx").read_text()
    }
    assert ("verify", "token") in links
    assert unread == set()
