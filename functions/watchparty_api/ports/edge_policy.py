"""The security policy at the edge in front of the films: its default rule allows or refuses every request.

One rule that always exists is changed, so repeating a change is harmless. Changes reach all edges within minutes.
https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies/patchRule
"""

from dataclasses import dataclass
from typing import Any

from watchparty_api.errors import Unavailable

_DEFAULT_RULE = 2147483647
_CALL_TIMEOUT_S = 20.0
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_WAITS = 3
"""Google answers `wait` after two minutes at most, done or not."""
_WAIT_TIMEOUT_S = 130.0


@dataclass(frozen=True)
class EdgePolicy:
    """The policy projects/P/global/securityPolicies/NAME."""

    name: str
    api: str = "https://compute.googleapis.com/compute/v1"
    credentials: Any = None
    """None: the identity of this process."""

    def serve(self, serves: bool) -> None:
        """Lets every request pass, or refuses every request with 403. Raises Unavailable."""
        import requests
        from google.auth import default
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import AuthorizedSession

        try:
            credentials = self.credentials or default(scopes=[_SCOPE])[0]
            with AuthorizedSession(credentials) as session:
                self._set("allow" if serves else "deny(403)", session)
        except (GoogleAuthError, requests.RequestException) as error:
            raise Unavailable("edge_unavailable", f"The policy of the edge could not be changed: {error}") from error

    def _set(self, action: str, session: Any) -> None:
        of_rule = {"priority": _DEFAULT_RULE}
        url = f"{self.api}/{self.name}"
        rule = session.get(f"{url}/getRule", params=of_rule, timeout=_CALL_TIMEOUT_S)
        rule.raise_for_status()
        if rule.json()["action"] == action:
            return
        patched = session.post(f"{url}/patchRule", params=of_rule, json={"action": action}, timeout=_CALL_TIMEOUT_S)
        patched.raise_for_status()
        operation = patched.json()
        project = self.name.partition("/global/")[0]
        for _ in range(_WAITS):
            if operation["status"] == "DONE":
                break
            waiting = f"{self.api}/{project}/global/operations/{operation['name']}/wait"
            answer = session.post(waiting, timeout=_WAIT_TIMEOUT_S)
            answer.raise_for_status()
            operation = answer.json()
        if operation["status"] != "DONE" or "error" in operation:
            raise Unavailable("edge_unavailable", f"The policy of the edge was not changed: {operation.get('error')}")
