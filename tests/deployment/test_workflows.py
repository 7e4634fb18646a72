"""The workflows run no action that can change under its name, and no one else's code beside credentials."""

import re
from pathlib import Path

import pytest

WORKFLOWS = sorted((Path(__file__).parents[2] / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
CREDENTIALS = re.compile(r"(id-token|contents|packages|attestations|actions): write")
INSTALLS = re.compile(
    r"\bmake (?!deploy YES=1 PREPARED=1$)|\bnpm\b|\bnpx\b|\bpipx\b|\bpip install (?!.*--require-hashes)"
)


def jobs_of(workflow: Path) -> dict[str, str]:
    """Name → text of each job."""
    _, _, text = workflow.read_text().partition("\njobs:\n")
    parts = re.split(r"^  ([a-z-]+):\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    """A tag can be moved to other code; a commit cannot. The comment states the release."""
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []


def test_an_action_has_one_version_everywhere() -> None:
    """No two workflows use different commits of one action."""
    used = {each for workflow in WORKFLOWS for each in re.findall(r"uses: (.+)", workflow.read_text())}
    assert len(used) == len({each.partition("@")[0] for each in used})


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_unless_a_job_says_more(workflow: Path) -> None:
    """Every job states its own rights to write, so a new job has none."""
    head, _, _ = workflow.read_text().partition("\njobs:\n")
    assert "permissions:\n  contents: read" in head
    assert CREDENTIALS.findall(head) == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_jobs_with_credentials_install_only_what_is_locked(workflow: Path) -> None:
    """Scripts of packages run in jobs that can write nothing and exchange their token for nothing."""
    for name, job in jobs_of(workflow).items():
        commands = re.findall(r"run: (.+)", job)
        if CREDENTIALS.search(job) or "secrets." in job:
            assert [each for each in commands if INSTALLS.search(each)] == [], f"{workflow.name}: {name}"
        assert job.count("actions/checkout@") == job.count("persist-credentials: false"), f"{workflow.name}: {name}"
