"""A real PostgreSQL server for one test session, with its cluster in a temporary folder and on a Unix socket.

It is not a fake, but several suites start it. PostgreSQL refuses to run as root, so as root it is started as another
user.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, which Debian does not put on the PATH."""
    on_path = shutil.which("initdb")
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = [Path(on_path).parent, *candidates] if on_path else candidates
    return next((each for each in folders if (each / "initdb").exists() and (each / "pg_ctl").exists()), None)


def _server_user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def postgres_server(binaries: Path) -> Iterator[str]:
    """Runs a server and yields its SQLAlchemy URL."""
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="wp-pg-"))
    try:
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            command = [str(binaries / program), "-D", str(folder / "data"), *arguments]
            subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

        run("initdb", "-U", "watchparty", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://watchparty@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
