"""What can go wrong in the relay.

RelayError
├── ConfigError           a setting that cannot be used: the variable and what was expected
├── TokenRefused          a join or notice token that does not open the door: the code for the client
├── BadNotice             a notice that is not one: what is wrong with it
├── NoticeUndelivered     a notice that could not be applied in time; the sender tries again
└── BusUnavailable        a change that could not be made durable; it did not happen
"""

from watchparty_relay.vocabulary import ErrorCode


class RelayError(Exception):
    """The root: whatever the relay raises on purpose."""


class ConfigError(RelayError):
    def __init__(self, variable: str, expected: str) -> None:
        super().__init__(f"{variable}: expected {expected}")
        self.variable = variable
        self.expected = expected


class TokenRefused(RelayError):
    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class BadNotice(RelayError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoticeUndelivered(RelayError):
    def __init__(self, notice_id: str) -> None:
        super().__init__(f"notice {notice_id} was not applied")
        self.notice_id = notice_id


class BusUnavailable(RelayError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
