"""Cloud Armor's rules from the plan: the few kinds of expression that terraform/ uses. Anything else fails closed.

https://cloud.google.com/armor/docs/rules-language-reference, …/rate-limiting-overview (2026-11)
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_EQUALS = re.compile(r"request\.(path|method) == '([^']+)'")
_STARTS = re.compile(r"request\.path\.startsWith\('([^']+)'\)")
_WAF = re.compile(r"evaluatePreconfiguredWaf\(.*\)")


@dataclass
class Armor:
    """One security policy; `now` is in seconds."""

    rules: list[dict[str, Any]]
    now: Callable[[], float]
    _seen: dict[tuple[int, str], deque[float]] = field(default_factory=dict)

    def refuses(self, *, method: str, path: str, address: str) -> int | None:
        """The status of a refusal, or None."""
        for rule in sorted(self.rules, key=lambda rule: rule["priority"]):
            if not self._applies(rule, method, path):
                continue
            match rule["action"]:
                case "allow":
                    return None
                case "throttle":
                    return self._throttled(rule, address)
                case action if denied := re.fullmatch(r"deny\((\d+)\)", action):
                    return int(denied[1])
                case action:
                    raise AssertionError(f"an action the box does not know: {action}")
        return None

    @staticmethod
    def _applies(rule: dict[str, Any], method: str, path: str) -> bool:
        (match,) = rule["match"]
        if not match["expr"]:
            ranges = match["config"][0]["src_ip_ranges"]
            assert ranges == ["*"], f"address ranges the box does not know: {ranges}"
            return True
        return all(_holds(each, method, path) for each in match["expr"][0]["expression"].split(" && "))

    def _throttled(self, rule: dict[str, Any], address: str) -> int | None:
        (options,) = rule["rate_limit_options"]
        (threshold,) = options["rate_limit_threshold"]
        assert options.get("enforce_on_key", "IP") == "IP", "the box counts per address only"
        seen = self._seen.setdefault((rule["priority"], address), deque())
        now = self.now()
        while seen and seen[0] <= now - threshold["interval_sec"]:
            seen.popleft()
        if len(seen) >= threshold["count"]:
            return int(options["exceed_action"][5:8])
        seen.append(now)
        return None


def _holds(expression: str, method: str, path: str) -> bool:
    if found := _EQUALS.fullmatch(expression):
        return {"path": path, "method": method}[found[1]] == found[2]
    if found := _STARTS.fullmatch(expression):
        return path.startswith(found[1])
    if _WAF.fullmatch(expression):
        return False  # Google's own signatures are not ours to imitate
    raise AssertionError(f"an expression the box does not know: {expression}")
