"""The part of the Compute Engine API that reads and changes one rule of a security policy.

A change is an operation that is applied when it is waited for, as Google's are applied later than they are accepted.
https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies/patchRule (2026-11)
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fakes.google.strict_gcs import Request, Response

ACTIONS = frozenset({"allow", "deny(403)", "deny(404)", "deny(502)"})
"""What a rule of an edge policy may do. https://cloud.google.com/armor/docs/security-policy-overview"""
_PATH = re.compile(r"/compute/v1/(projects/[^/]+)/global/securityPolicies/([^/]+)/(getRule|patchRule)")
_WAIT = re.compile(r"/compute/v1/projects/[^/]+/global/operations/([^/]+)/wait")
_REQUIRED = {"getRule": "compute.securityPolicies.get", "patchRule": "compute.securityPolicies.update"}


@dataclass
class SecurityPolicies:
    """`policies`: name → priority → action. `permit` gets each call's caller, permission and resource."""

    policies: dict[str, dict[int, str]]
    permit: Callable[[str | None, str, str], None] = lambda _caller, _permission, _resource: None
    calls: list[str] = field(default_factory=list)
    broken: bool = False
    """Operations end with an error."""
    _pending: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    def __call__(self, request: Request) -> Response:
        caller = request.headers.get("authorization")
        if match := _WAIT.fullmatch(request.path):
            self.permit(caller, "compute.globalOperations.get", match[1])
            return self._waited(match[1])
        match = _PATH.fullmatch(request.path)
        if match is None or (request.method, match[3]) not in (("GET", "getRule"), ("POST", "patchRule")):
            return _json({"error": {"code": 404, "message": "not in the box"}}, 404)
        name, method = match[2], match[3]
        self.permit(caller, _REQUIRED[method], name)
        self.calls.append(method)
        rules = self.policies.get(name)
        if rules is None:
            return _json({"error": {"code": 404, "message": f"The resource '{name}' was not found"}}, 404)
        priority = int(request.parameter("priority") or 0)
        if priority not in rules:
            return _json({"error": {"code": 400, "message": f"no rule with priority {priority}"}}, 400)
        if method == "getRule":
            return _json({"kind": "compute#securityPolicyRule", "priority": priority, "action": rules[priority]})
        action = json.loads(request.body).get("action")
        if action not in ACTIONS:
            return _json({"error": {"code": 400, "message": f"Invalid value for field 'action': {action}"}}, 400)
        operation = f"operation-{len(self.calls)}"
        self._pending[operation] = (name, priority, action)
        return _json({"kind": "compute#operation", "name": operation, "status": "RUNNING"})

    def _waited(self, operation: str) -> Response:
        if operation not in self._pending:
            return _json({"error": {"code": 404, "message": f"The resource '{operation}' was not found"}}, 404)
        name, priority, action = self._pending.pop(operation)
        done = {"kind": "compute#operation", "name": operation, "status": "DONE"}
        if self.broken:
            return _json({**done, "error": {"errors": [{"code": "RESOURCE_NOT_READY", "message": "try later"}]}})
        self.policies[name][priority] = action
        return _json(done)


def _json(content: Mapping[str, object], status: int = 200) -> Response:
    return Response(status, json.dumps(content).encode(), {"Content-Type": "application/json"})
