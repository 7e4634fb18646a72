"""Storage through the process that holds the credentials, which writes this film only."""

import msgspec

from watchparty_transcoder.broker_client import OBJECTS, SIZE, SIZES, BrokerClient


class BrokeredStorage:
    """The adapter for a process without credentials."""

    def __init__(self, client: BrokerClient) -> None:
        self._client = client

    def write(self, name: str, data: bytes) -> None:
        self._client.change("PUT", OBJECTS + name, data)

    def create(self, name: str, data: bytes) -> bool:
        return self._client.create(OBJECTS + name, data)

    def read(self, name: str) -> bytes | None:
        return self._client.get_if_there(OBJECTS + name)

    def size(self, name: str) -> int | None:
        return msgspec.json.decode(self._client.get(SIZE + name), type=int | None)

    def sizes(self, folder: str = "") -> dict[str, int]:
        return msgspec.json.decode(self._client.get(SIZES + folder), type=dict[str, int])

    def clear(self, begins: str = "") -> None:
        self._client.change("DELETE", OBJECTS + begins)
