#!/usr/bin/env python3
"""Stand-in for `gcloud` and `terraform`: records in a folder what the real programs would have done in the cloud.

test_deployment.py installs it under both names. An unknown command exits with 64, so that none goes unnoticed; every
command is appended to `calls.jsonl`.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

CLOUD = Path(os.environ["CLOUD"])
FOUNDATION_OUTPUTS = ("registry", "builder_account", "source_bucket", "profile", "site_url")
"""Outputs whose resources are all among the targets of the first apply."""


def options(words: list[str]) -> dict[str, str]:
    return {
        name: value for word in words if word.startswith("-") for name, _, value in [word.lstrip("-").partition("=")]
    }


def path_of(url: str) -> Path:
    """Where an object of the cloud lies here."""
    return CLOUD / "buckets" / url.removeprefix("gs://")


def gcloud(words: list[str], stdin: str) -> int:  # noqa: C901  a table of commands
    plain = [word for word in words if not word.startswith("--")]
    given = options(words)
    match plain:
        case ["beta", "services", "identity", "create"]:
            return 0
        case (
            ["auth", *_]
            | ["config", "set", "project", _]
            | ["projects", "create", _]
            | ["billing", "projects", "link", _]
            | ["services", "enable", *_]
        ):
            return 0
        case ["storage", "buckets", "describe", url]:
            return 0 if path_of(url).is_dir() else 1
        case ["storage", "buckets", "create", url]:
            path_of(url).mkdir(parents=True)
            return 0
        case ["storage", "buckets", "update", _]:
            if "lifecycle-file" in given:
                shutil.copy(given["lifecycle-file"], CLOUD / "lifecycle.json")
            return 0
        case ["storage", "buckets", "get-iam-policy", url]:
            print(json.dumps({"bindings": policy(url)}))
            return 0
        case ["storage", "buckets", "remove-iam-policy-binding", url]:
            bindings = policy(url)
            (bound,) = [each for each in bindings if each["role"] == given["role"]]
            bound["members"].remove(given["member"])
            path_of(f"{url}.iam").write_text(json.dumps(bindings))
            return 0
        case ["compute", "backend-buckets", *rest]:
            return backend_buckets(rest, stdin, given)
        case ["storage", "cp", source, target]:
            return copy(source, target, stdin, given)
        case ["storage", "ls", pattern]:
            folder = path_of(pattern).parent
            print(*(f"gs://{path.relative_to(CLOUD / 'buckets')}" for path in sorted(folder.glob("*.json"))), sep="\n")
            return 0
        case ["storage", "cat", url]:
            print(path_of(url).read_text())
            return 0
        case ["secrets", "versions", "list", secret]:
            found = sorted((CLOUD / "secrets" / secret).glob("*"), key=lambda path: int(path.name), reverse=True)
            names = [f"projects/p/secrets/{secret}/versions/{path.name}" for path in found]
            print(*names[: int(given.get("limit", len(names)))], sep="\n")
            return 0
        case ["secrets", "versions", "add", secret]:
            folder = CLOUD / "secrets" / secret
            folder.mkdir(parents=True, exist_ok=True)
            (folder / str(len(list(folder.iterdir())) + 1)).write_text(stdin)
            return 0
        case ["secrets", "versions", "access", version]:
            folder = CLOUD / "secrets" / given["secret"]
            print((max(folder.iterdir()) if version == "latest" else folder / version).read_text())
            return 0
        case ["artifacts", "docker", "images", "describe", image]:
            if not (CLOUD / "images" / image).exists():
                return 1
            print(f"sha256:{hashlib.sha256(image.encode()).hexdigest()}")
            return 0
        case ["builds", "submit", context]:
            assert Path(context).is_dir()
            image = dict(pair.split("=", 1) for pair in given["substitutions"].split(","))["_IMAGE"]
            (CLOUD / "images" / image).mkdir(parents=True)
            return 0
        case ["run", "services", "describe", service]:
            if given["format"] == "json":
                print(json.dumps({"status": {"traffic": [{"revisionName": f"{service}-00002", "percent": 100}]}}))
            else:
                print(f"{service}-00002")
            return 0
        case ["run", "revisions", "list"]:
            print(f"{given['service']}-00001\n{given['service']}-00002")
            return 0
        case ["run", "revisions", "delete", _]:
            return 0
    return 64


def policy(url: str) -> list[dict[str, Any]]:
    """Returns the bindings of a bucket; a new one has those of
    https://cloud.google.com/storage/docs/access-control/iam#convenience-values (2026-11).
    """
    file = path_of(f"{url}.iam")
    if file.exists():
        found: list[dict[str, Any]] = json.loads(file.read_text())
        return found
    project = os.environ["CLOUD_PROJECT"]
    owners = [f"projectEditor:{project}", f"projectOwner:{project}"]
    readers = [f"projectViewer:{project}"]
    roles = {"legacyBucketOwner": owners, "legacyObjectOwner": owners}
    roles |= {"legacyBucketReader": readers, "legacyObjectReader": readers}
    return [{"role": f"roles/storage.{role}", "members": list(members)} for role, members in roles.items()]


def backend_buckets(words: list[str], stdin: str, given: dict[str, str]) -> int:
    """As strict as https://cloud.google.com/cdn/docs/using-signed-cookies (2026-11)."""
    folder = CLOUD / "backends"
    if words == ["list"]:
        keys = {each.name: sorted(key.name for key in each.iterdir()) for each in sorted(folder.glob("*"))}
        print(
            json.dumps([{"name": name, "cdnPolicy": {"signedUrlKeyNames": k} if k else {}} for name, k in keys.items()])
        )
        return 0
    verb, backend = words
    key = folder / backend / given["key-name"]
    if not key.parent.is_dir():
        return 1
    if verb == "delete-signed-url-key":
        key.unlink()
        return 0
    if verb != "add-signed-url-key" or given["key-file"] != "/dev/stdin":
        return 64
    if key.exists() or len(list(key.parent.iterdir())) == 3 or len(base64.urlsafe_b64decode(stdin)) != 16:
        return 1
    key.write_text(stdin)
    return 0


def create_backends(chdir: str) -> None:
    """What `terraform apply` of the backends leaves: they have no keys of their own."""
    settings = (Path(chdir) / "terraform.tfvars").read_text()
    if re.search(r'profile\s*= "production"', settings):
        for name in ("media", "playlists"):
            (CLOUD / "backends" / f"watchparty-{name}").mkdir(parents=True, exist_ok=True)


def copy(source: str, target: str, stdin: str, given: dict[str, str]) -> int:
    to = path_of(target) if target.startswith("gs://") else Path(target)
    if target.endswith("/"):
        to = to / Path(source).name
    to.parent.mkdir(parents=True, exist_ok=True)
    if source == "-":
        to.write_text(stdin)
    elif "recursive" in given:
        shutil.copytree(source, to, dirs_exist_ok=True)
    else:
        shutil.copy(path_of(source) if source.startswith("gs://") else source, to)
    with (CLOUD / "uploads.jsonl").open("a") as log:
        log.write(json.dumps([target, given.get("cache-control")]) + "\n")
    return 0


def fails_once(command: str) -> bool:
    """Returns whether this is the first run of the command that CLOUD_FAILS names."""
    named, happened = os.environ.get("CLOUD_FAILS", ""), CLOUD / "failed"
    if not named or named not in command or (happened.exists() and happened.read_text() == named):
        return False
    happened.write_text(named)
    return True


def terraform(words: list[str]) -> int:
    given = options(words)
    project = os.environ["CLOUD_PROJECT"]
    match [word for word in words if not word.startswith("-")]:
        case ["init"]:
            return 0
        case ["destroy"]:
            known = json.loads((Path(given["chdir"]) / "deployment.auto.tfvars.json").read_text())
            return 0 if {"key_versions", "images"} <= set(known) else 1  # the real terraform would ask for each
        case ["plan"]:
            Path(given["out"]).write_text(
                json.dumps([word for word in words if word.startswith(("-var=", "-target="))])
            )
            return 0
        case ["apply", plan]:
            applied = json.loads(Path(plan).read_text())
            if any(word.startswith("-target=") for word in applied):
                if "-target=google_compute_backend_bucket.media" in applied:
                    create_backends(given["chdir"])
                return 0
            if fails_once("terraform apply of everything"):
                print(os.environ.get("CLOUD_SAYS", "Error: no"), file=sys.stderr)
                return 1
            create_backends(given["chdir"])
            (CLOUD / "applied").touch()
            return 0
        case ["output", "database"]:
            print(os.environ["CLOUD_STORE"], end="")
            return 0
        case ["output", "key_prefix"]:
            print(f"projects/{project}/secrets/watchparty", end="")
            return 0
        case ["output"]:
            outputs = {
                "registry": f"europe-west1-docker.pkg.dev/{project}/watchparty",
                "builder_account": f"projects/{project}/serviceAccounts/watchparty-builder",
                "source_bucket": f"{project}-watchparty-source",
                "site_bucket": f"{project}-watchparty-site",
                "site_url": os.environ["CLOUD_SITE"],
                "address": "203.0.113.7",
                "address_v6": "2001:db8::7",
                "certificate_record": "_acme-challenge.watch.example. CNAME 1234.authorize.certificatemanager.goog.",
            }
            known = outputs if (CLOUD / "applied").exists() else FOUNDATION_OUTPUTS
            print(json.dumps({name: {"value": value} for name, value in outputs.items() if name in known}))
            return 0
    return 64


if __name__ == "__main__":
    program, arguments = Path(sys.argv[0]).name, sys.argv[1:]
    reads = {"-", "--data-file=-", "--key-file=/dev/stdin"}
    text = sys.stdin.read() if reads & set(arguments) else ""
    with (CLOUD / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps([program, *arguments]) + "\n")
    if fails_once(" ".join([program, *arguments])):
        raise SystemExit(1)
    code = gcloud(arguments, text) if program == "gcloud" else terraform(arguments)
    if code == 64:
        print(f"the stand-in does not know: {program} {' '.join(arguments)}", file=sys.stderr)
    raise SystemExit(code)
