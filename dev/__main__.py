"""python -m dev: the whole service on this machine, in a browser."""

import argparse
import contextlib
import signal
import sys
import threading
import time

from botocore.exceptions import ClientError
from samtranslator.model.exceptions import InvalidDocumentException

from dev import watch
from dev.emulator import Emulator
from dev.server import Server, is_taken, shared_port
from dev.stack import Stack
from dev.terminal import listeners
from operate.arguments import parameters
from operate.terminal import lines, say


def main() -> int:
    options = _options()
    if shared := shared_port({"page": options.port, "emulator": options.emulator_port}):
        print(shared, file=sys.stderr)
        return 1
    for what, variable, port in (("page", "PORT", options.port), ("emulator", "EMULATOR_PORT", options.emulator_port)):
        if is_taken(port):
            print(
                f"Port {port} for the {what} is in use: stop the program that uses it, or choose another port with "
                f"{variable}={port + 1} make run.",
                file=sys.stderr,
            )
            return 1
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        say("starting the AWS emulator (ministack), with signatures and IAM enforced")
        origins = [f"http://localhost:{options.port}", *options.origins]
        emulator = running.enter_context(Emulator(options.emulator_port, origins=origins))
        say("deploying template.yaml to it")
        stack = Stack(emulator.url, dict(options.set))
        try:
            stack.deploy()
        except (RuntimeError, ClientError, InvalidDocumentException) as error:
            if stop.is_set():
                return 0  # Ctrl-C has stopped pip too
            print(f"template.yaml cannot be deployed: {error}", file=sys.stderr)
            return 1
        if stop.is_set():
            return 0
        server = Server(options.port, stack.api_url, emulator.url, options.origins)
        running.callback(server.stop)
        watch.Reload(stack, say).start()
        watch.Logs(stack, say).start()
        watch.Failures(stack, emulator.log, say).start()
        say(f"ready after {time.monotonic() - started:.1f} s; press Ctrl-C to stop everything")
        say(f"AWS endpoint: {emulator.url} (key test, secret test); log: {emulator.log}")
        print(f"Upload page: {server.url}", flush=True)
        while not stop.wait(0.5):
            if not emulator.is_running():
                said = lines(emulator.log.read_text(errors="replace")[-2000:])
                print(f"The emulator stopped unexpectedly:\n{said}", file=sys.stderr)
                return 1
        say("stopping")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dev",
        description="Run the whole service on this machine, from template.yaml, without an AWS account or Docker.",
        epilog="Edited functions and pages take effect immediately; nothing is kept after it stops.",
    )
    listeners(parser)
    parameters(parser, "template.yaml, such as ThumbnailFormat=avif")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
