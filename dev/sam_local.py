"""python -m dev.sam_local: the whole service on this machine, its functions in containers as SAM runs them.

    browser ─▶ page ─▶ sam local start-api ─▶ sign_upload, get_upload
    browser ─▶ emulated S3 ─▶ Bridge ─▶ sam local start-lambda ─▶ convert

template.yaml is deployed to the same emulator as in `make run`; of that stack the buckets, topics, queues and roles
are used, and each function's environment is read from it. The functions themselves run in containers.
"""

import argparse
import contextlib
import ipaddress
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.yaml_helper import yaml_parse

from dev import watch
from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY, Emulator
from dev.sam_bridge import Bridge, Door, Lambda
from dev.server import Server, is_taken, shared_port
from dev.stack import Stack
from dev.terminal import lines, listeners, say

FOLDER = ROOT / ".cache" / "sam-local"
BUILD = FOLDER / "build"
TEMPLATE = BUILD / "local.json"  # next to SAM's own, because its paths are relative to it
ENVIRONMENT = FOLDER / "environment.json"
CONFIG = FOLDER / "samconfig.toml"

# The bucket and the job that the files in events/ name; with a picture in it they can be invoked as they are.
EVENTS_BUCKET = "uploads-bucket"
EVENTS_ORIGINAL = "uploads/3f0c9a52d1b84c6e9a7d5e2f80b1c4d7"
PICTURE = ROOT / "docs" / "upload-page.png"

_SESSION = 43200  # seconds, the longest that a role may be assumed for: a working day


class NoEngine(Exception):
    """Containers cannot be run here. Says why, and what can be done instead."""


@dataclass(frozen=True)
class Engine:
    """A Docker engine. architecture: as Lambda names it. gateway: this machine as containers see it."""

    architecture: str
    gateway: str

    @classmethod
    def found(cls) -> "Engine":
        """Raises NoEngine."""
        instead = "`sam local` needs one; `make run` runs the whole service without."
        if shutil.which("docker") is None:
            raise NoEngine(f"There is no Docker on this machine: {instead}")
        try:
            machine = _docker("version", "--format", "{{.Server.Arch}}")
            bridge = json.loads(_docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}"))[0]
        except (subprocess.SubprocessError, OSError, ValueError, LookupError):
            raise NoEngine(f"No Docker engine answers on this machine: {instead}") from None
        # An engine that chose the network itself may not say its gateway: then it is the first address.
        gateway = bridge.get("Gateway") or str(ipaddress.ip_network(bridge["Subnet"])[1])
        return cls({"amd64": "x86_64"}.get(machine, machine), gateway)


def _docker(*arguments: str) -> str:
    answer = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=20)
    return answer.stdout.strip()


def main() -> int:
    options = _options()
    ports = {
        "page": options.port,
        "emulator": options.emulator_port,
        "functions": options.port + 1,
        "API": options.port + 2,
    }
    if shared := shared_port(ports):
        print(shared, file=sys.stderr)
        return 1
    try:
        engine = Engine.found()
    except NoEngine as error:
        print(error, file=sys.stderr)
        return 1
    for what, port in ports.items():
        if is_taken(port):
            variable = "EMULATOR_PORT" if what == "emulator" else "PORT"
            print(
                f"Port {port}, meant for the {what}, is taken: stop what uses it, or choose with {variable}=…",
                file=sys.stderr,
            )
            return 1
    return serve(engine, ports, options.image, options.origins)


def serve(engine: Engine, ports: dict[str, int], image: str | None, origins: list[str]) -> int:
    """Run until it is stopped. ports: of page, emulator, functions and API. image: in place of AWS's, or None.

    origins: of pages besides this one that may call the API.
    """
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        say(f"building the layers for {engine.architecture} (sam build)")
        _sam("build", "--build-dir", str(BUILD))
        say("starting the AWS emulator (ministack), with signatures and IAM enforced")
        pages = [f"http://localhost:{ports['page']}", *origins]
        emulator = running.enter_context(Emulator(ports["emulator"], origins=pages))
        say("deploying template.yaml to it")
        stack = Stack(emulator.url)
        try:
            stack.deploy()
        except (RuntimeError, ClientError, InvalidDocumentException) as error:
            print(f"template.yaml cannot be deployed: {error}", file=sys.stderr)
            return 1
        lambda_url = f"http://localhost:{ports['functions']}"
        write_configuration(stack, engine, lambda_url, image)
        put_example(stack)
        say("starting SAM; the first call of each function starts its container")
        services = [
            running.enter_context(_service(emulator.url, command, ports[what]))
            for command, what in (("start-lambda", "functions"), ("start-api", "API"))
        ]
        if any(service.poll() is not None for service in services):
            return _broken(emulator)
        for port in (ports["emulator"], ports["functions"]):
            door = Door.opened(engine.gateway, port)
            if door:
                running.callback(door.close)
        Bridge(stack, Lambda(lambda_url), say).start()
        server = Server(ports["page"], f"http://127.0.0.1:{ports['API']}/", emulator.url, origins)
        running.callback(server.stop)
        say(f"ready after {time.monotonic() - started:.1f} s; Ctrl-C stops everything")
        say(f"AWS answers at {emulator.url} (key test, secret test); what SAM says: {FOLDER}/*.log")
        say(f"one function by itself: sam local invoke FUNCTION -e events/EVENT.json --config-file {CONFIG}")
        print(f"Upload page: {server.url}", flush=True)
        while not stop.wait(0.5):
            if not emulator.is_running() or any(service.poll() is not None for service in services):
                return _broken(emulator)
        say("stopping")
    return 0


def _broken(emulator: Emulator) -> int:
    logs = [emulator.log, *FOLDER.glob("*.log")]
    said = "\n".join(f"{log}:\n{lines(log.read_text(errors='replace')[-1000:])}" for log in logs if log.exists())
    print(f"The emulator or SAM has stopped by itself.\n{said}", file=sys.stderr)
    return 1


def write_configuration(stack: Stack, engine: Engine, lambda_url: str, image: str | None) -> None:
    """The template, the environment and the samconfig.toml that every `sam local` command of this run takes."""
    environment = environments(stack, lambda_url)
    ENVIRONMENT.write_text(json.dumps(environment, indent=2))
    ENVIRONMENT.chmod(0o600)
    TEMPLATE.write_text(json.dumps(with_places(yaml_parse((BUILD / "template.yaml").read_text()), environment)))
    settings: dict[str, Any] = {
        "template_file": str(TEMPLATE),
        "env_vars": str(ENVIRONMENT),
        "parameter_overrides": f"Architecture={engine.architecture}",
        "region": REGION,
        # A link that is signed in a container must be good in the browser: S3 has one address for both. In a container
        # nothing listens there, and the second address of the name is tried: this machine's.
        "add_host": "localhost:host-gateway",
        "layer_cache_basedir": str(FOLDER / "layers"),
    }
    if image:
        settings |= {"invoke_image": [image], "skip_pull_image": True}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    CONFIG.write_text("\n".join(["version = 0.1", "", "[default.global.parameters]", *lines, ""]))


def environments(stack: Stack, lambda_url: str) -> dict[str, dict[str, str]]:
    """What each function has in its environment, by logical id: as deployed, with its own role's key."""
    aws, iam, sts = stack.client("lambda"), stack.client("iam"), stack.client("sts")
    environments = {}
    for logical, name in stack.functions.items():
        configuration = aws.get_function_configuration(FunctionName=name)
        role = iam.get_role(RoleName=configuration["Role"].rsplit("/", 1)[-1])["Role"]["Arn"]
        session = sts.assume_role(RoleArn=role, RoleSessionName=logical, DurationSeconds=_SESSION)["Credentials"]
        environments[logical] = {
            variable: _as_sam_calls(value, stack)
            for variable, value in configuration["Environment"]["Variables"].items()
        } | {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "AWS_ENDPOINT_URL": stack.endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": lambda_url,
        }
    return environments


def _as_sam_calls(value: str, stack: Stack) -> str:
    """A function's ARN as its logical id, by which SAM knows it; every other value as it is."""
    for logical, name in stack.functions.items():
        if value.startswith("arn:") and f":function:{name}" in value:
            return logical
    return value


def with_places(template: dict[str, Any], environment: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The template with every variable declared: SAM passes no other ones to a container."""
    for logical, variables in environment.items():
        properties = template["Resources"][logical]["Properties"]
        declared = properties.setdefault("Environment", {}).setdefault("Variables", {})
        for name in variables:
            declared.setdefault(name, "")
    return template


def put_example(stack: Stack) -> None:
    """A picture where events/ say that one is, for the conversion to read."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=EVENTS_BUCKET)
    convert = stack.client("lambda").get_function_configuration(FunctionName=stack.functions["ConvertFunction"])
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": convert["Role"]},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{EVENTS_BUCKET}", f"arn:aws:s3:::{EVENTS_BUCKET}/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=EVENTS_BUCKET, Policy=json.dumps(policy))
    s3.put_object(Bucket=EVENTS_BUCKET, Key=EVENTS_ORIGINAL, Body=PICTURE.read_bytes(), ContentType="image/png")


def _program() -> str:
    own = ROOT / ".cache" / "sam" / "bin" / "sam"
    return str(own) if own.exists() else "sam"


def _environment(endpoint: str | None = None) -> dict[str, str]:
    """For SAM: nothing of the developer's own AWS settings, so that nothing can reach an account."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    own = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_DEFAULT_REGION": REGION}
    # Without an endpoint that answers, each start of SAM waits for STS.
    return inherited | own | {"SAM_CLI_TELEMETRY": "0"} | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})


def _sam(*arguments: str) -> None:
    answer = subprocess.run([_program(), *arguments], cwd=ROOT, env=_environment(), capture_output=True, text=True)
    if answer.returncode:
        sys.exit(answer.stdout + answer.stderr)


@contextlib.contextmanager
def _service(endpoint: str, command: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """`sam local COMMAND`, answering on the port; stopped, with its containers, at the end."""
    process = subprocess.Popen(
        [_program(), "local", command, "--config-file", CONFIG, "--port", str(port), "--warm-containers", "LAZY"],
        cwd=ROOT,
        env=_environment(endpoint),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C is for us to hear
    )
    log = FOLDER / f"{command}.log"
    threading.Thread(target=_show, args=(process, log), name=command, daemon=True).start()
    try:
        for _ in range(1200):
            if process.poll() is not None or is_taken(port):
                break
            time.sleep(0.05)
        else:
            process.kill()
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # at which SAM removes its containers
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()


def _show(process: subprocess.Popen[str], log: Path) -> None:
    """What SAM and the functions say goes to the log; what the functions say is shown, too."""
    with log.open("w") as file:
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            # What the containers say when they are stopped is nobody's fault.
            told = line.startswith(("{", "[ERROR]")) and "LAMBDA_RUNTIME Failed to get next" not in line
            if told and (shown := watch.readable(line.rstrip())):
                say(shown)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dev.sam_local",
        description="Run the whole service on this machine, its functions in containers through `sam local`.",
        epilog="The two ports after that of the page are taken too: SAM's functions (3001) and SAM's API (3002).",
    )
    listeners(parser)
    parser.add_argument("--image", help="runs the functions in place of AWS's public image, and is not pulled")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
