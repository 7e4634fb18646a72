"""The relay's exceptions.

RelayError
├── ConfigError           a setting with an invalid value: the variable and what was expected
├── TokenRefused          a join or notice token that is not accepted: the error code for the client
├── BadNotice             a malformed notice: what is wrong with it
├── NoticeUndelivered     a notice that could not be applied in time; the sender should try again
├── EventsRefused         room events that the publisher will never accept as they are
└── BusUnavailable        a change that could not be made durable; it did not happen
"""

from watchparty_relay.protocol.values import ErrorCode


class RelayError(Exception):
    """The base class of everything that the relay raises on purpose."""


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


class EventsRefused(RelayError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BusUnavailable(RelayError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
