"""What can keep the standalone server from starting or working.

    HomeError
    ├── PortTaken       another program listens there
    ├── DataInUse       another WatchParty uses the same data folder
    ├── ProgramMissing  ffmpeg is nowhere to be found
    └── ProgramFailed   a program that we ran ended with an error; carries what it said last

Each message is a sentence that says what to do; the command line prints it and ends with 1.
"""


class HomeError(Exception):
    """Told to the person at the terminal as it is."""


class PortTaken(HomeError):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is taken. Choose another: watchparty serve --port {port + 1}")
        self.port = port


class DataInUse(HomeError):
    def __init__(self, folder: str) -> None:
        super().__init__(f"Another WatchParty is using {folder}. Stop it, or choose another folder with --data.")


class ProgramMissing(HomeError):
    def __init__(self, program: str) -> None:
        super().__init__(f"{program} was not found. Install it (Debian: sudo apt-get install {program}).")


class ProgramFailed(HomeError):
    def __init__(self, program: str, code: int, said: str) -> None:
        super().__init__(f"{program} ended with {code}: {said.strip()[-400:]}")
        self.code = code
