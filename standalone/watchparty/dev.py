"""`make dev`: restarts the server whenever a Python file changes, and runs Vite with hot reload beside it.

Vite serves the page and proxies API, socket, uploads and media to the server, so one address is enough.
"""

import time
from pathlib import Path

from watchparty.process import Running

ROOT = Path(__file__).parents[2]
FOLDERS = ("functions", "sync-relay", "transcoder", "standalone")
POLL_EVERY_S = 0.7


def newest_change() -> float:
    """Returns the time of the latest change of a Python file in the four packages."""
    return max(path.stat().st_mtime for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def main() -> int:
    serve = ["-m", "watchparty", "serve", "--no-browser"]
    page = Running.program(["npm", "run", "dev"], folder=ROOT / "frontend")
    server = Running.python(serve)
    seen = newest_change()
    try:
        while True:
            time.sleep(POLL_EVERY_S)
            if (changed := newest_change()) > seen:
                seen = changed
                print("Python changed, restarting …", flush=True)
                server.stop()
                server = Running.python(serve)
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()
        page.stop()


if __name__ == "__main__":
    raise SystemExit(main())
