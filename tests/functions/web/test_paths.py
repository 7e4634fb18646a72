"""A path that can name nothing is refused before anything looks it up."""

import pytest

from fakes.api_harness import ApiHarness
from watchparty_api.web.paths import MAX_SEGMENT_BYTES, path_refusal


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/", None),
        (b"/r/Wei%C3%9Fer%20Hai", None),
        (b"/assets/%2e%2e/x", None),
        (b"/a" * 5_000, None),
        (b"/x%00", 400),
        (b"/x\x00", 400),
        (b"/x%0a", 400),
        (b"/x%7f", 400),
        (b"/%ff", 400),
        (b"/%c3%28", 400),
        (b"/%ed%a0%80", 400),
        (b"/\xff", 400),
        (b"/%", 400),
        (b"/%4", 400),
        (b"/%zz", 400),
        (b"/" + b"x" * MAX_SEGMENT_BYTES, None),
        (b"/" + b"x" * (MAX_SEGMENT_BYTES + 1), 404),
        (b"/" + b"%41" * (MAX_SEGMENT_BYTES + 1) + b"/x", 404),
    ],
)
def test_paths_are_valid_utf_8_without_control_characters(path: bytes, status: int | None) -> None:
    """Half an escape is malformed, and so is what only decodes to a control character."""
    refusal = path_refusal(path)
    assert (refusal and refusal.status) == status


@pytest.mark.parametrize("rest", ["%00", "%ff", "%zz", "x" * 2_000])
@pytest.mark.parametrize("before", ["rooms/", "videos/", "users/me/", "rooms/x/members/", "videos/x/hls/"])
def test_the_api_refuses_them_with_a_problem(api: ApiHarness, before: str, rest: str) -> None:
    """In the format of every other refusal."""
    answer = api.new_client().get(f"/api/v1/{before}{rest}")
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] in ("bad_path", "not_found")
