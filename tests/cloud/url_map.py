"""Which backend answers a path, decided from the plan's URL map as Google documents it. Pure.

Route rules are tried by ascending priority and the first that matches wins; path rules by the longest path.
https://cloud.google.com/load-balancing/docs/url-map-concepts (2026-11)
"""

import re
from dataclasses import dataclass
from typing import Any

from terraform.applied import Applied

_SEGMENT = r"[^/]+"
_OPERATOR = re.compile(r"\*\*|\*")


@dataclass(frozen=True)
class Route:
    """`backend` is the plan's address of a backend service or bucket; `path` is what it is asked for."""

    backend: str
    path: str
    error_page: str | None = None
    """The object that replaces a response of `error_codes`, with status 200."""
    error_codes: frozenset[int] = frozenset()


def route(applied: Applied, host: str, path: str) -> Route:
    url_map = applied.resources["google_compute_url_map.site[0]"]
    addresses = _backends(applied)
    matcher = _matcher(url_map, host)
    if matcher is None:
        return Route(addresses[url_map["default_service"]], path)
    rule = _route_rule(matcher, path) or _path_rule(matcher, path)
    if rule is None:
        return Route(addresses[matcher["default_service"]], path)
    page, codes = _error_page(rule)
    return Route(addresses[rule["service"]], _rewritten(rule, path), page, codes)


def _backends(applied: Applied) -> dict[str, str]:
    kinds = ("google_compute_backend_service", "google_compute_backend_bucket")
    return {values["id"]: address for kind in kinds for address, values in applied.of_type(kind).items()}


def _matcher(url_map: dict[str, Any], host: str) -> dict[str, Any] | None:
    names = {name: rule["path_matcher"] for rule in url_map["host_rule"] for name in rule["hosts"]}
    wanted = names.get(host) or names.get("*")
    return next((each for each in url_map["path_matcher"] if each["name"] == wanted), None)


def _route_rule(matcher: dict[str, Any], path: str) -> dict[str, Any] | None:
    rules = sorted(matcher["route_rules"] or [], key=lambda rule: rule["priority"])
    return next((rule for rule in rules if any(_matches(each, path) for each in rule["match_rules"])), None)


def _matches(match: dict[str, Any], path: str) -> bool:
    # The offline provider fills what is not set with random letters; a path begins with a slash.
    given = {name: match[f"{name}_match"] for name in ("full_path", "prefix", "path_template")}
    match {name: value for name, value in given.items() if str(value).startswith("/")}:
        case {"full_path": wanted}:
            return bool(path == wanted)
        case {"prefix": prefix}:
            return path.startswith(prefix)
        case {"path_template": template}:
            return bool(re.fullmatch(_template(template), path))
    raise AssertionError(f"a match rule that names no path: {match}")


def _template(template: str) -> str:
    """A path template as a regular expression: `*` within one segment, `**` over any number of them."""
    parts = _OPERATOR.split(template)
    operators = _OPERATOR.findall(template)
    found = re.escape(parts[0])
    for operator, part in zip(operators, parts[1:], strict=True):
        found += (".*" if operator == "**" else _SEGMENT) + re.escape(part)
    return found


def _path_rule(matcher: dict[str, Any], path: str) -> dict[str, Any] | None:
    rules = {each: rule for rule in matcher["path_rule"] or [] for each in rule["paths"]}
    fitting = [each for each in rules if each == path or (each.endswith("/*") and path.startswith(each[:-1]))]
    return rules[max(fitting, key=len)] if fitting else None


def _error_page(rule: dict[str, Any]) -> tuple[str | None, frozenset[int]]:
    for policy in rule.get("custom_error_response_policy") or []:
        for each in policy["error_response_rule"]:
            return each["path"], frozenset(int(code) for code in each["match_response_codes"])
    return None, frozenset()


def _rewritten(rule: dict[str, Any], path: str) -> str:
    for action in rule.get("route_action") or []:
        for rewrite in action.get("url_rewrite") or []:
            # The offline provider fills what is not set with random letters.
            if str(target := rewrite.get("path_prefix_rewrite")).startswith("/"):
                prefixes = [str(match["prefix_match"]) for match in rule["match_rules"]]
                matched = next(prefix for prefix in prefixes if path.startswith(prefix))
                return f"{target}{path.removeprefix(matched)}"
    return path
