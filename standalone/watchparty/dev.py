"""`make dev`: the server started again whenever a Python file changes, and Vite beside it with hot reload.

Vite serves the page and passes API, socket, upload and media on to the server, so one address works as always.
"""

import time
from pathlib import Path

from watchparty.process import Running

ROOT = Path(__file__).parents[2]
FOLDERS = ("functions", "sync-relay", "transcoder", "standalone")
LOOKS_EVERY_S = 0.7


def newest_change() -> float:
    """When the youngest Python file of the four packages was written."""
    return max(path.stat().st_mtime for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def main() -> int:
    serve = ["-m", "watchparty", "serve", "--no-browser"]
    page = Running.program(["npm", "run", "dev"], folder=ROOT / "frontend")
    server = Running.python(serve)
    seen = newest_change()
    try:
        while True:
            time.sleep(LOOKS_EVERY_S)
            if (changed := newest_change()) > seen:
                seen = changed
                print("Python changed, starting again …", flush=True)
                server.stop()
                server = Running.python(serve)
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()
        page.stop()


if __name__ == "__main__":
    raise SystemExit(main())
