"""The processes of a production, each with the environment, secrets and account that the plan gives its container."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cloud.cloud_run import Instance, Job, Service, World, clean_python
from containers.dockerfile import FUNCTIONS
from terraform.applied import ROOT, Applied, Values
from watchparty_api.identity.keys import parse_family, public_text

RELAYS = 2
RELAY_SERVICE = "watchparty-relay"


@dataclass
class Workloads:
    """Creates revisions. `keys` are the versions of each secret that `make deploy` writes, oldest first."""

    world: World
    folder: Path
    keys: dict[str, list[str]]
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._app = FUNCTIONS.lay_out(self.folder / "functions")

    def services(self, applied: Applied) -> dict[str, Service]:
        """Every service with its first revision, which is still starting."""
        found = {}
        for values in _planned(applied).values():
            timeout_s = float(values["template"][0]["timeout"].removesuffix("s"))
            service = Service(values["name"], values["uri"], timeout_s, self.world)
            service.instances += self._revision(values, applied)
            found[service.name] = service
        return found

    def deploy(self, services: Mapping[str, Service], before: Applied, after: Applied) -> list[Instance]:
        """Moves the services that differ to a new revision; returns the instances that no longer get requests."""
        old = _planned(before)
        started = {
            name: self._revision(values, after)
            for name, values in _planned(after).items()
            if _shape(values) != _shape(old[name])
        }
        for instances in started.values():
            for each in instances:
                each.wait_until_ready()
        retired = [each for name in started for each in services[name].instances]
        for name, instances in started.items():
            services[name].instances[:] = instances
        return retired

    def spare(self, name: str, applied: Applied) -> Instance:
        """Another instance of a service, which gets no requests."""
        return self._instance(_planned(applied)[name], applied, 0, 0)

    def _revision(self, values: Values, applied: Applied) -> list[Instance]:
        name = values["name"]
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        return [self._instance(values, applied, number, each) for each in range(RELAYS if name == RELAY_SERVICE else 1)]

    def _instance(self, values: Values, applied: Applied, revision: int, number: int) -> Instance:
        (template,) = values["template"]
        container = _serving(template)
        is_relay = values["name"] == RELAY_SERVICE
        name = f"relay-{number}" if is_relay else values["name"]
        mounts = self.folder / "mounts" / f"{name}-{revision}"
        volumes = {each["name"]: each["secret"][0] for each in template["volumes"]}
        for mount in container["volume_mounts"]:
            volume = volumes[mount["name"]]
            target = mounts / mount["mount_path"].lstrip("/") / volume["items"][0]["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self._secret(volume["secret"], volume["items"][0]["version"], applied))
        environment = {}
        for each in container["env"]:
            environment[each["name"]] = each["value"]
            for source in each["value_source"] or []:
                (secret,) = source["secret_key_ref"]
                environment[each["name"]] = self._secret(secret["secret"], secret["version"], applied)
        environment = _rerooted(environment, [each["mount_path"] for each in container["volume_mounts"]], mounts)
        return Instance(
            name,
            clean_python("watchparty_relay") if is_relay else clean_python(*FUNCTIONS.command()[2:]),
            {
                **environment,
                **({"PYTHONPATH": str(ROOT / "sync-relay")} if is_relay else {}),
                "K_SERVICE": values["name"],
                "K_REVISION": f"{values['name']}-{revision:05}-abc",
            },
            cwd=self.folder if is_relay else self._app,
            world=self.world,
            email=template["service_account"],
            ready=container["startup_probe"][0]["http_get"][0]["path"] if is_relay else "/robots.txt",
        )

    def _secret(self, secret_id: str, version: str, applied: Applied) -> str:
        """The value of a secret: one of our keys, or what Terraform itself writes."""
        name = secret_id.removeprefix("watchparty-")
        if name in self.keys:
            return self.keys[name][-1 if version == "latest" else int(version) - 1]
        return str(
            applied.resources[f"google_secret_manager_secret_version.{name.replace('-', '_')}[0]"]["secret_data"]
        )


def newest_public_keys(keys: Mapping[str, list[str]]) -> str:
    """The value of the secret `public` that `make deploy` writes for the newest families."""
    return public_text({name: parse_family(name, keys[name][-1]) for name in ("access", "join", "notice")})


def _planned(applied: Applied) -> dict[str, Values]:
    return {each["name"]: each for each in applied.of_type("google_cloud_run_v2_service").values()}


def _shape(values: Values) -> tuple[object, ...]:
    """What makes a new revision: image, environment and versions of mounted secrets.

    The offline provider invents the versions of secrets that Terraform writes; ours are numbers or `latest`.
    """
    (template,) = values["template"]
    container = _serving(template)
    mounted = [(each["secret"][0]["secret"], each["secret"][0]["items"][0]["version"]) for each in template["volumes"]]
    return (
        container["image"],
        sorted((each["name"], each["value"]) for each in container["env"] if not each["value_source"]),
        sorted((secret, version) for secret, version in mounted if version == "latest" or version.isdigit()),
    )


def _serving(template: Values) -> Values:
    """The container that requests reach, as Cloud Run finds it: the one with a port."""
    found: list[Values] = [each for each in template["containers"] if each["ports"]]
    (serving,) = found
    return serving


def _rerooted(environment: Mapping[str, str], mounts: list[str], root: Path) -> dict[str, str]:
    """Settings that name a mounted folder, or one above it, name it below `root`: processes share one file system."""
    roots = {"/" + mount.strip("/").partition("/")[0] for mount in mounts}
    found = dict(environment)
    for name, value in found.items():
        for each in roots:
            if value == each or f"{each}/" in value:
                found[name] = value.replace(each, f"{root}{each}", 1)
    return found


def job_of(applied: Applied, world: World) -> Job:
    """The transcoder's job."""
    job = applied.resources["google_cloud_run_v2_job.transcoder"]
    (outer,) = job["template"]
    (inner,) = outer["template"]
    (container,) = inner["containers"]
    return Job(
        name=job["id"],
        task_count=outer["task_count"],
        max_retries=inner["max_retries"],
        email=inner["service_account"],
        environment={each["name"]: each["value"] for each in container["env"]},
        arguments=container["args"],
        source=ROOT / "transcoder",
        world=world,
    )
