"""Types docs/deployment.md as it is: gcloud and terraform are stand-ins, everything else is real."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from deployment.gcloud_commands import wrong_with
from deployment.page import blocks
from e2e.home import Home
from fakes.local_server import serving

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
STAND_IN = Path(__file__).parent / "stand_in.py"

pytestmark = pytest.mark.service


@dataclass
class Operator:
    """A person at a machine with a checkout, and a cloud that keeps its state in a folder."""

    checkout: Path
    cloud: Path
    site: str
    store: str

    def types(self, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "PATH": f"{self.cloud / 'bin'}:{os.environ['PATH']}",
            "MAKEFLAGS": f"PYTHON=true BIN={BIN}",  # everything that `make prepare-test` would install is there
            "CLOUD": str(self.cloud),
            "CLOUD_PROJECT": "my-watch-party",
            "CLOUD_SITE": self.site,
            "CLOUD_STORE": self.store,
            **environ,
        }
        whole = f"set -euo pipefail\n{blocks('What you need')}\n{script}"
        return subprocess.run(
            ["bash", "-c", whole], cwd=self.checkout, env=env, capture_output=True, text=True, check=False
        )

    def calls(self, program: str) -> list[str]:
        lines = [json.loads(line) for line in (self.cloud / "calls.jsonl").read_text().splitlines()]
        return [" ".join(line[1:]) for line in lines if line[0] == program]

    def uploads(self) -> list[tuple[str, str | None]]:
        return [tuple(json.loads(line)) for line in (self.cloud / "uploads.jsonl").read_text().splitlines()]

    def cdn_keys(self) -> dict[str, dict[str, str]]:
        """Backend → key → value."""
        folders = sorted((self.cloud / "backends").iterdir())
        return {each.name: {key.name: key.read_text() for key in sorted(each.iterdir())} for each in folders}

    def create_backends(self) -> None:
        for name in BACKENDS:
            (self.cloud / "backends" / name).mkdir(parents=True)

    def step(self, settings: str, step: str) -> str:
        """Runs a step of the deployment alone; returns what it failed with, or nothing."""
        done = self.types(f"{settings}\n{BIN / 'python'} -c '{STEPS}{step}'", PYTHONPATH="terraform/deploy:functions")
        said = re.findall(r"DeploymentFailed: (.*)", done.stderr)
        assert bool(said) == bool(done.returncode), done.stderr
        return "".join(said)

    def order(self, *parts: str) -> list[str]:
        """Returns which of these parts of commands were typed, in their order; repetitions count once."""
        lines = [" ".join(json.loads(line)) for line in (self.cloud / "calls.jsonl").read_text().splitlines()]
        found = [part for line in lines for part in parts if re.search(part, line)]
        return [part for part, before in zip(found, [None, *found], strict=False) if part != before]

    def forget_calls(self) -> None:
        for name in ("calls.jsonl", "uploads.jsonl"):
            (self.cloud / name).unlink(missing_ok=True)

    def deployed_with(self) -> dict[str, str]:
        """Returns the variables of the last plan."""
        words = [call for call in self.calls("terraform") if " plan " in call][-1]
        return dict(re.findall(r"-var=(\w+)=(\{.*?\}+|\S+)", words))


STEPS = """
from cdn import add_keys
from keys import cdn_key_values, ensure_keys
from programs import ROOT
from settings import read_settings
from state import ensure_bucket
settings = read_settings(ROOT / "terraform" / "terraform.tfvars")
"""

BACKENDS = ("watchparty-media", "watchparty-playlists")

SECRET_MANAGER = """
import os
from pathlib import Path
from google.cloud import secretmanager

class Client:
    def access_secret_version(self, name, **_options):
        cloud = Path(os.environ["CLOUD"])
        with (cloud / "read").open("a") as log:
            print(name, file=log)
        newest = max((cloud / "secrets" / name.split("/")[3]).iterdir()).read_bytes()
        return secretmanager.AccessSecretVersionResponse(payload={"data": newest})

secretmanager.SecretManagerServiceClient = Client
"""
"""Python runs it at start: the client of Secret Manager reads the secrets that the stand-in stored."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Home]:
    """The real server, at the deployed address: one per test, because its limits count everyone on this machine."""
    home = Home(tmp_path / "site")
    yield home
    home.stop()


@pytest.fixture
def operator(site: Home, tmp_path: Path) -> Operator:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    checkout = tmp_path / "checkout"
    for file in listed:
        if (ROOT / file).is_file():
            (checkout / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, checkout / file)
    shutil.copytree(ROOT / "frontend" / "dist", checkout / "frontend" / "dist")
    (checkout / ".venv").symlink_to(BIN.parent)
    subprocess.run(["git", "init", "--quiet"], cwd=checkout, check=True)
    cloud = tmp_path / "cloud"
    (cloud / "bin").mkdir(parents=True)
    for program in ("gcloud", "terraform"):
        shutil.copy(STAND_IN, cloud / "bin" / program)
        (cloud / "bin" / program).chmod(0o755)
    return Operator(checkout, cloud, site.url, f"sqlite:///{tmp_path}/cloud.sqlite")


def test_the_page_leads_to_a_site_that_plays(operator: Operator) -> None:
    """Steps 1 to 3 in profile hobby are complete instructions, and at the end two people watch."""
    done = operator.types(
        "\n".join(blocks(each) for each in ("1. The project", "2. The settings", "3. The deployment"))
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "saw the same film start at the same instant" in done.stdout
    assert f"Deployed: {operator.site}" in done.stdout
    given = operator.deployed_with()
    assert set(json.loads(given["images"])) == {"functions", "standalone", "transcoder"}
    assert json.loads(given["key_versions"]) == dict.fromkeys(("access", "join", "notice", "hash", "public"), "1")
    assert "run revisions delete watchparty-00001" in " ".join(operator.calls("gcloud"))
    made = {call for call in operator.calls("gcloud") if call.startswith("beta services identity create")}
    assert {re.findall(r"--service=(\w+)", call)[0] for call in made} == {"secretmanager", "pubsub"}
    assert [wrong for call in operator.calls("gcloud") if (wrong := wrong_with(call.split()))] == []


def test_production_exposes_no_secret_and_uploads_the_page_in_order(operator: Operator) -> None:
    """Keys pass through standard input; hashed assets are cached for a year, index.html is last."""
    settings = blocks("2. The settings").replace('"hobby"', '"production"') + "\n"
    done = operator.types(settings + blocks("3. The deployment"))
    assert done.returncode == 0, done.stdout + done.stderr
    shown = done.stdout + done.stderr + (operator.cloud / "calls.jsonl").read_text()
    values = [path.read_text() for path in (operator.cloud / "secrets").rglob("*") if path.is_file()]
    assert len(values) == 6
    assert "A record must point to 203.0.113.7" in done.stdout
    assert "AAAA record must point to 2001:db8::7" in done.stdout
    assert "_acme-challenge.watch.example. CNAME 1234.authorize.certificatemanager.goog." in done.stdout
    assert [value for value in values if value in shown or "PRIVATE KEY" in shown] == []
    site = [(target.partition("-site/")[2], life) for target, life in operator.uploads() if "-site/" in target]
    assert site == [
        ("", "public, max-age=31536000, immutable"),
        ("favicon.svg", "public, max-age=300"),
        ("api/v1/openapi.json", "public, max-age=300"),
        ("index.html", "no-cache"),
    ]
    assert (operator.cloud / "buckets/my-watch-party-watchparty-site/assets").is_dir()


PRODUCTION = blocks("2. The settings").replace('"hobby"', '"production"') + "\n"
ADD, REMOVE, APPLY = "add-signed-url-key", "delete-signed-url-key", "terraform .* apply "


def named(keys: str, active: str) -> str:
    """The settings with these keys of Cloud CDN."""
    lines = f'cdn_key_names = {keys}\ncdn_active_key = "{active}"'
    return f"{PRODUCTION}cat >> terraform/terraform.tfvars <<'END'\n{lines}\nEND\n"


def test_a_key_of_cloud_cdn_is_rotated_as_operations_describes(operator: Operator) -> None:
    """Google gets each key before the functions can sign with it, and loses it after they can no longer. The values
    are those of the secrets. A canary removes none, because the previous functions still sign.
    """
    deploy = blocks("3. The deployment")

    def deployed(settings: str, command: str = deploy) -> dict[str, str]:
        done = operator.types(settings + command)
        assert done.returncode == 0, done.stdout + done.stderr
        found = operator.cdn_keys()
        assert tuple(found) == BACKENDS
        assert found[BACKENDS[0]] == found[BACKENDS[1]]
        for name, value in found[BACKENDS[0]].items():
            assert (operator.cloud / f"secrets/watchparty-cdn-{name}/1").read_text() == value
        return found[BACKENDS[0]]

    first = deployed(PRODUCTION)
    assert list(first) == ["k1"]
    assert operator.order(ADD, REMOVE, APPLY) == [APPLY, ADD, APPLY]  # the backends, the keys, everything
    both = deployed(named('["k1", "k2"]', "k1"))
    assert both.keys() == {"k1", "k2"}
    assert both["k1"] == first["k1"] != both["k2"]
    assert deployed(named('["k2"]', "k2"), "make deploy YES=1 CANARY=10") == both
    operator.forget_calls()
    assert deployed(named('["k2"]', "k2")) == {"k2": both["k2"]}
    assert operator.order(ADD, REMOVE, APPLY) == [APPLY, REMOVE]


KEYS_STEP = "ensure_keys(settings)\nadd_keys(settings, cdn_key_values(settings))"
"""What a deployment does with the keys of Cloud CDN between the two applies."""


def test_a_key_of_cloud_cdn_whose_value_changed_behind_its_name_is_noticed(operator: Operator) -> None:
    """Google never shows the value that it has. A lost one is replaced there too; a second one is refused."""
    operator.create_backends()
    assert operator.step(PRODUCTION, KEYS_STEP) == ""
    before = operator.cdn_keys()
    secret = operator.cloud / "secrets/watchparty-cdn-k1"
    (secret / "1").unlink()
    assert operator.step(PRODUCTION, KEYS_STEP) == ""
    value = (secret / "1").read_text()
    assert operator.cdn_keys() == {backend: {"k1": value} for backend in BACKENDS} != before
    (secret / "2").write_text(before[BACKENDS[0]]["k1"])
    assert "add a new name to cdn_key_names instead" in operator.step(PRODUCTION, KEYS_STEP)


def test_a_fourth_key_of_cloud_cdn_is_refused_before_one_is_added(operator: Operator) -> None:
    """The three that are in use stay."""
    operator.create_backends()
    assert operator.step(named('["k1", "k2", "k3"]', "k1"), KEYS_STEP) == ""
    before = operator.cdn_keys()
    assert len(before[BACKENDS[0]]) == 3
    said = operator.step(named('["k2", "k3", "k4"]', "k2"), KEYS_STEP)
    assert "Cloud CDN accepts 3 keys at a time, and k1, k2, k3 are in use" in said
    assert operator.cdn_keys() == before


def test_viewers_of_the_project_cannot_read_the_state(operator: Operator) -> None:
    """Google lets them read a new bucket, and the state contains the password of Redis. Old versions are deleted."""
    assert operator.step(blocks("2. The settings"), "ensure_bucket(settings)") == ""
    policy = (operator.cloud / "buckets/my-watch-party-watchparty-state.iam").read_text()
    assert "projectViewer" not in policy
    assert "projectEditor" in policy
    (rule,) = json.loads((operator.cloud / "lifecycle.json").read_text())["rule"]
    assert rule["condition"] == {"isLive": False, "daysSinceNoncurrentTime": 30}
    operator.forget_calls()
    assert operator.step(blocks("2. The settings"), "ensure_bucket(settings)") == ""
    assert operator.order("remove-iam-policy-binding") == []


def test_a_second_deployment_recreates_nothing_and_can_be_rolled_back(operator: Operator) -> None:
    """Unchanged images are not built and keys stay. A rollback gives Terraform the previous variables, even though the
    newer deployment failed several times before it succeeded.
    """
    first = operator.types(blocks("2. The settings") + blocks("3. The deployment"))
    assert first.returncode == 0, first.stdout + first.stderr
    before = operator.deployed_with()
    operator.forget_calls()
    (operator.checkout / "functions" / "main.py").open("a").write("\n# changed\n")
    for step in ("builds submit", "terraform apply of everything", "revisions delete"):
        stopped = operator.types(blocks("3. The deployment"), CLOUD_FAILS=step)
        assert stopped.returncode != 0, stopped.stdout
    again = operator.types(blocks("3. The deployment"))
    assert again.returncode == 0, again.stdout + again.stderr
    assert [call for call in operator.calls("gcloud") if "versions add" in call] == []
    built = [call for call in operator.calls("gcloud") if call.startswith("builds submit")]
    # The first attempt failed. Of the images only these two contain the functions.
    assert [call.split()[2] for call in built] == ["functions", "functions", "."]
    assert operator.deployed_with()["images"] != before["images"]
    back = operator.types(blocks("Rolling back"))
    assert back.returncode == 0, back.stdout + back.stderr
    now = operator.deployed_with()
    assert now["images"] == before["images"]


def test_a_canary_gets_its_share_beside_the_revision_that_served_before(operator: Operator) -> None:
    """The next deployment ends it, and the record for a rollback does not contain it."""
    settings = blocks("2. The settings").replace('"hobby"', '"production"') + "\n"
    done = operator.types(f"{settings}\nmake deploy YES=1 CANARY=10")
    assert done.returncode == 0, done.stdout + done.stderr
    stable = {name: f"watchparty-{name}-00002" for name in ("auth", "rooms", "videos")}
    assert json.loads(operator.deployed_with()["canary"]) == {"percent": 10, "stable": stable}
    records = sorted((operator.cloud / "buckets/my-watch-party-watchparty-state/deployments").glob("*.json"))
    assert "canary" not in records[-1].read_text()
    operator.types(blocks("3. The deployment"), CLOUD_FAILS="terraform apply of everything")
    assert json.loads(operator.deployed_with()["canary"]) == {"percent": 100, "stable": {}}


def test_a_canary_beside_functions_that_read_every_key_is_refused(operator: Operator) -> None:
    """New instances of the revisions that serve would not start without these keys."""
    settings = blocks("2. The settings").replace('"hobby"', '"production"') + "\n"
    folder = operator.cloud / "buckets/my-watch-party-watchparty-state/deployments"
    folder.mkdir(parents=True)
    old = {"images": {"functions": "x"}, "key_versions": {"access": "1"}, "page": None}
    (folder / "20200101T000000Z.json").write_text(json.dumps(old))
    done = operator.types(f"{settings}\nmake deploy YES=1 CANARY=10")
    assert done.returncode != 0
    assert "deploy without CANARY first" in done.stderr
    assert [call for call in operator.calls("terraform") if "plan" in call] == []


def test_a_canary_of_a_hobby_site_is_refused(operator: Operator) -> None:
    """Before anything changes: one instance cannot be split."""
    done = operator.types(f"{blocks('2. The settings')}\nmake deploy YES=1 CANARY=10")
    assert done.returncode != 0
    assert "CANARY needs the profile production" in done.stderr
    assert not (operator.cloud / "calls.jsonl").exists()


def test_a_record_from_before_the_image_of_the_functions_is_refused(operator: Operator) -> None:
    """An earlier release recorded an archive: the operator is told how to return to that release."""
    operator.types(blocks("2. The settings") + blocks("3. The deployment"), CLOUD_FAILS="terraform apply of everything")
    folder = operator.cloud / "buckets/my-watch-party-watchparty-state/deployments"
    old = {"functions_archive": "functions-0.zip", "images": {"transcoder": "x"}, "key_versions": {}, "page": None}
    (folder / "20200101T000000Z.json").write_text(json.dumps(old))
    back = operator.types(blocks("Rolling back"))
    assert back.returncode != 0
    assert "check that release out" in back.stderr


EVENTARC = (
    'Error: Error creating Trigger: googleapi: Error 400: Invalid resource state for "": Permission denied while using '
    "the Eventarc Service Agent. If you recently started to use Eventarc, it may take a few minutes"
)
POLICY = "Error: googleapi: Error 412: One or more users named in the policy do not belong to a permitted customer."


def test_a_new_project_is_given_time(operator: Operator) -> None:
    """A refusal of a new project passes: the deployment says so, plans again and finishes by itself."""
    start = blocks("2. The settings") + f"{BIN / 'python'} terraform/deploy --yes --retry-after 0"
    done = operator.types(start, CLOUD_FAILS="terraform apply of everything", CLOUD_SAYS=EVENTARC)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Eventarc's own account is new, which is normal in a new project: trying again in 0 s" in done.stdout
    plans = [call for call in operator.calls("terraform") if " plan " in call and "-target=" not in call]
    assert len(plans) == 2


@pytest.mark.parametrize("said", [POLICY, f"{EVENTARC}\n\n{POLICY}"])
def test_any_other_refusal_stops_the_deployment(operator: Operator, said: str) -> None:
    """Also when it comes with one that passes: waiting would not help."""
    start = blocks("2. The settings") + f"{BIN / 'python'} terraform/deploy --yes --retry-after 0"
    done = operator.types(start, CLOUD_FAILS="terraform apply of everything", CLOUD_SAYS=said)
    assert done.returncode == 1
    assert "trying again" not in done.stdout


def test_a_key_is_rotated_as_operations_describes(operator: Operator) -> None:
    """Three steps: a second key is added, then it signs, then the first is deleted."""
    first = operator.types(blocks("2. The settings") + blocks("3. The deployment"))
    assert first.returncode == 0, first.stdout + first.stderr
    text = (ROOT / "docs" / "operations.md").read_text().partition("\n## Key rotation\n")[2]
    (typed, *_) = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    done = operator.types(f"make() {{ echo deployed; }}\n{typed}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == 3 * ["deployed"]
    versions = [json.loads((operator.cloud / f"secrets/watchparty-join/{n}").read_text()) for n in (1, 2, 3, 4)]
    (old,) = versions[0]["keys"]
    (new,) = set(versions[1]["keys"]) - {old}
    assert [each["active"] for each in versions] == [old, old, new, new]
    assert [set(each["keys"]) for each in versions] == [{old}, {old, new}, {old, new}, {new}]


def test_the_workflow_deploys_only_what_passed_on_our_own_branch() -> None:
    """A pull request from a fork's branch `main` is also checked, and must not start a deployment."""
    workflow = " ".join((ROOT / ".github/workflows/deploy.yml").read_text().split())
    automatic = "github.event.workflow_run.event == 'push' && github.event.workflow_run.conclusion == 'success'"
    assert f"(github.event_name == 'workflow_dispatch' || ({automatic}))" in workflow
    assert "ref: ${{ github.event.workflow_run.head_sha || github.sha }}" in workflow
    assert "environment: production" in workflow  # required by Google's side (terraform/github.tf)
    assert re.findall(r"run: (make deploy .*?) env:", workflow) == ["make deploy YES=1 PREPARED=1"]


def test_the_site_can_be_taken_down(operator: Operator) -> None:
    """`terraform destroy`, typed by hand, knows the variables of the deployment and asks for nothing."""
    done = operator.types(blocks("2. The settings") + blocks("3. The deployment") + blocks("Taking it down"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deletion_protection = false" in (operator.checkout / "terraform" / "terraform.tfvars").read_text()


def test_the_first_administrator_is_created_in_the_database(operator: Operator) -> None:
    """Step 4, with the password as an option instead of a prompt, and with the keys of the site."""
    (operator.cloud / "python").mkdir()
    (operator.cloud / "python" / "sitecustomize.py").write_text(SECRET_MANAGER)
    script = blocks("4. The first administrator").replace("--role admin", "--role admin --password 'correct horse'")
    deployed = operator.types(blocks("2. The settings") + blocks("3. The deployment"))
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    done = operator.types(script, HOME=str(operator.cloud), PYTHONPATH=str(operator.cloud / "python"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Created you@example.org (admin)." in done.stdout
    assert "projects/my-watch-party/secrets/watchparty-hash/versions/latest" in (operator.cloud / "read").read_text()


def test_a_deployment_that_does_not_play_fails(operator: Operator) -> None:
    """An unreachable site is reported, and the exit code says that the deployment failed."""
    operator.site = "http://127.0.0.1:9"
    script = f"{BIN / 'python'} terraform/deploy smoke --site $CLOUD_SITE"
    done = operator.types(script.replace("smoke --site", "smoke --within 1 --site"))
    assert done.returncode == 1
    assert "The smoke test failed" in done.stderr


@pytest.mark.parametrize(("setup", "code", "said"), [(200, 0, "no one can host here yet"), (410, 1, "SMOKE_TOKEN")])
def test_the_smoke_test_of_a_new_site_without_hosts(setup: int, code: int, said: str) -> None:
    """Without temporary hosts the first smoke test only checks the page; later it requires a token."""
    answers = {"/ready": "{}", "/api/v1/config": '{"temporary_hosts": false}', "/api/v1/setup": '{"open": true}'}

    class NewSite(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(setup if self.path == "/api/v1/setup" else 200)
            self.end_headers()
            self.wfile.write(answers.get(self.path, '<div id="root"></div>').encode())

        def log_message(self, *_arguments: Any) -> None:
            """Logs nothing."""

    with serving(NewSite) as address:
        command = [sys.executable, "terraform/deploy", "smoke", "--site", f"http://{address}"]
        environ = {name: value for name, value in os.environ.items() if name != "WATCHPARTY_SMOKE_TOKEN"}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr
