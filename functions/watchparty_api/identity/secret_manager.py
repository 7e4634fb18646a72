"""The secrets of the installation in Secret Manager: the latest version of each, read once when the process starts.

For deployments without volumes; a mounted secret is read faster and without this client.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from watchparty_api.config import ConfigError

if TYPE_CHECKING:
    from google.cloud.secretmanager import SecretManagerServiceClient

TIMEOUT_S = 10.0
"""The client's default of 60 s per secret would outlast the time limit for starting a service."""


@dataclass(frozen=True)
class SecretManager:
    """`KeyMaterial` at `prefix` (projects/P/secrets/NAME): the secret `join` is projects/P/secrets/NAME-join."""

    prefix: str
    make_client: "Callable[[], SecretManagerServiceClient]"
    timeout_s: float = TIMEOUT_S

    def read(self, name: str, *, make: Callable[[], str] | None = None) -> str:  # noqa: ARG002  nothing is created here
        from google.api_core.exceptions import GoogleAPICallError, RetryError, ServiceUnavailable
        from google.api_core.retry import Retry, if_exception_type
        from google.auth.exceptions import GoogleAuthError

        try:
            answer = self._client.access_secret_version(
                name=f"{self.location(name)}/versions/latest",
                timeout=self.timeout_s,
                retry=Retry(if_exception_type(ServiceUnavailable), initial=0.1, timeout=self.timeout_s),
            )
        except (GoogleAPICallError, RetryError, GoogleAuthError) as error:
            reason = type(error).__name__
            raise ConfigError(f"WATCHPARTY_KEYS_SECRETS: {self.location(name)} could not be read: {reason}") from error
        return str(answer.payload.data.decode())

    def location(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    @cached_property
    def _client(self) -> "SecretManagerServiceClient":
        return self.make_client()


def open_secret_manager(prefix: str) -> SecretManager:
    """Opens the secrets that the process's own identity may read."""

    def client() -> "SecretManagerServiceClient":
        from google.cloud import secretmanager

        return secretmanager.SecretManagerServiceClient()

    return SecretManager(prefix, client)
