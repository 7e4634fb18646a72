"""Errors that keep the standalone server from starting or working.

    HomeError
    ├── PortTaken       another program uses the port
    ├── DataInUse       another WatchParty uses the same data folder
    ├── DataUnusable    the data folder cannot be written, or its database cannot be opened
    ├── DataNewer       a newer release has changed the layout of the data folder
    ├── RestoreIncomplete  a restore into the data folder was interrupted
    ├── BackupFailed    a backup, a restore or a drill; says what is wrong
    ├── ProgramMissing  ffmpeg was not found
    └── ProgramFailed   a program that we ran failed; carries its last output

Each message says what to do. The command line prints it and exits with 1; `client/errors.py` has further codes.
"""

from pathlib import Path


class HomeError(Exception):
    """An error whose message is shown to the user as it is."""

    exit_code = 1


class PortTaken(HomeError):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is in use. Choose another: watchparty serve --port {port + 1}")
        self.port = port


class DataInUse(HomeError):
    def __init__(self, folder: str) -> None:
        super().__init__(f"Another WatchParty is using {folder}. Stop it, or choose another folder with --data.")


class DataUnusable(HomeError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} can’t be used: {reason}. Mend that, or choose another folder with --data.")


class DataNewer(HomeError):
    def __init__(self, folder: Path, found: int, known: int) -> None:
        super().__init__(
            f"{folder} was changed by a newer WatchParty (its layout is {found}, this release knows {known}). "
            "Update WatchParty, or restore the backup from before the update into another folder."
        )


class RestoreIncomplete(HomeError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"The restore into {folder} was interrupted. Run the same restore again; it continues.")


class BackupFailed(HomeError):
    """The message is a sentence, or several."""


class ProgramMissing(HomeError):
    def __init__(self, program: str) -> None:
        super().__init__(f"{program} was not found. Install it (Debian: sudo apt-get install {program}).")


class ProgramFailed(HomeError):
    def __init__(self, program: str, code: int, output: str) -> None:
        super().__init__(f"{program} failed with exit code {code}: {output.strip()[-400:]}")
        self.code = code
