"""python -m dev.sam_local: the whole service on this machine, with its functions in SAM's containers.

    browser ─▶ page ─▶ sam local start-api ─▶ sign_upload, get_upload
    browser ─▶ emulated S3 ─▶ Bridge ─▶ sam local start-lambda ─▶ convert

template.yaml is deployed to the same emulator as in `make run`. Its buckets, topics, queues and roles are used, and
each function's environment is read from the stack. The functions themselves run in containers.
"""

import argparse
import contextlib
import signal
import sys
import threading
import time

from botocore.exceptions import ClientError
from samtranslator.model.exceptions import InvalidDocumentException

from dev.emulator import Emulator
from dev.sam_local.bridge import Bridge, Door, Lambda
from dev.sam_local.configuration import BUILD, CONFIG, FOLDER, put_example, write_configuration
from dev.sam_local.engine import Engine, NoEngine
from dev.sam_local.sam import sam, service
from dev.server import Server, is_taken, shared_port
from dev.stack import Stack
from dev.terminal import Parser, listeners
from operate.terminal import lines, say


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
                f"Port {port} for the {what} is in use: stop the program that uses it, or choose with {variable}=…",
                file=sys.stderr,
            )
            return 1
    return serve(engine, ports, options.image, options.origins)


def serve(engine: Engine, ports: dict[str, int], image: str | None, origins: list[str]) -> int:
    """Run until stopped. ports: of page, emulator, functions and API. image: instead of AWS's, or None.

    origins: of further pages that may call the API.
    """
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        say(f"building the layers for {engine.architecture} (sam build)")
        sam("build", "--build-dir", str(BUILD))
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
        processes = [
            running.enter_context(service(emulator.url, command, ports[what], callers))
            for command, what, callers in (("start-lambda", "functions", ()), ("start-api", "API", pages))
        ]
        if any(process.poll() is not None for process in processes):
            return _broken(emulator)
        for port in (ports["emulator"], ports["functions"]):
            door = Door.opened(engine.gateway, engine.network, port)
            if door:
                running.callback(door.close)
        Bridge(stack, Lambda(lambda_url), say).start()
        server = Server(ports["page"], f"http://127.0.0.1:{ports['API']}/", emulator.url, origins)
        running.callback(server.stop)
        say(f"ready after {time.monotonic() - started:.1f} s; press Ctrl-C to stop everything")
        say(f"AWS endpoint: {emulator.url} (key test, secret test); SAM's logs: {FOLDER}/*.log")
        say(f"to invoke one function: sam local invoke FUNCTION -e events/EVENT.json --config-file {CONFIG}")
        print(f"Upload page: {server.url}", flush=True)
        while not stop.wait(0.5):
            if not emulator.is_running() or any(process.poll() is not None for process in processes):
                return _broken(emulator)
        say("stopping")
    return 0


def _broken(emulator: Emulator) -> int:
    logs = [emulator.log, *FOLDER.glob("*.log")]
    said = "\n".join(f"{log}:\n{lines(log.read_text(errors='replace')[-1000:])}" for log in logs if log.exists())
    print(f"The emulator or SAM stopped unexpectedly.\n{said}", file=sys.stderr)
    return 1


def _options() -> argparse.Namespace:
    parser = Parser(
        target="sam-local",
        prog="python -m dev.sam_local",
        description="Run the whole service on this machine, with its functions in `sam local` containers.",
        epilog="SAM uses the two ports after the page's: for functions (3001) and the API (3002).",
    )
    listeners(parser)
    parser.add_argument("--image", help="an image to run the functions instead of AWS's public image; not pulled")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
