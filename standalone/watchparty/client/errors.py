"""Errors of the commands that use a server, each with its own exit code.

    HomeError 1
    └── ClientError
        ├── OutputLost          1  the result can't be written, as on a full disk
        ├── ServerNotNamed      2  WATCHPARTY_URL is missing or is no address
        ├── TokenRefused        3  no token, a wrong one, or one without the scope that is needed
        ├── MissingItem         4  no such file, room or film
        ├── Refused             5  the server refuses the request: quota, file type, permission
        ├── ServerUnreachable   6  no connection, an untrusted certificate, or another program answers
        └── Interrupted         7  Ctrl-C, or an upload that can be continued

argparse also exits with 2.
"""

from watchparty.client.terminal import printable
from watchparty.errors import HomeError


class ClientError(HomeError):
    """The message is one sentence, or two. What it quotes of a server or a file's name can't control a terminal."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class OutputLost(ClientError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The result can’t be written: {reason}. What the command did is not undone.")


class ServerNotNamed(ClientError):
    exit_code = 2


class TokenRefused(ClientError):
    exit_code = 3


class MissingItem(ClientError):
    exit_code = 4


class Refused(ClientError):
    """`code` is that of the API, such as `quota_exceeded`."""

    exit_code = 5

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ServerUnreachable(ClientError):
    exit_code = 6


class Interrupted(ClientError):
    exit_code = 7


class TryAgain(ServerUnreachable):
    """A request that failed for a reason that may pass: the connection broke, or the server is busy."""

    def __init__(self, message: str, *, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s = after_s
