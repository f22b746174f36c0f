"""python -m dev: the whole service on this machine, in a browser."""

import argparse
import contextlib
import signal
import sys
import threading
import time

from botocore.exceptions import ClientError
from samtranslator.model.exceptions import InvalidDocumentException

from dev import parameters, watch
from dev.emulator import Emulator
from dev.server import Server, is_taken, shared_port
from dev.sign_in import HostedPage, SignIn
from dev.stack import Stack, template
from dev.terminal import Parser, listeners, user
from operate import arguments
from operate.terminal import lines, say


def main() -> int:
    options = _options()
    if sentence := _unusable(options) or _refused(options):
        print(sentence, file=sys.stderr)
        return 1
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    started = time.monotonic()
    with contextlib.ExitStack() as running:
        say("starting the AWS emulator (ministack), with signatures and IAM enforced")
        origins = [f"http://localhost:{options.port}", *options.origins]
        emulator = running.enter_context(Emulator(options.emulator_port, origins=origins))
        try:
            sign_in = _sign_in(options, emulator.url)
            say("deploying template.yaml to it")
            stack = Stack(emulator.url, (sign_in.identifying if sign_in else {}) | dict(options.set))
            stack.deploy()
        except (RuntimeError, ClientError, InvalidDocumentException) as error:
            if stop.is_set():
                return 0  # Ctrl-C has stopped pip too
            print(f"template.yaml cannot be deployed: {error}", file=sys.stderr)
            return 1
        if stop.is_set():
            return 0
        if sign_in:
            running.callback(HostedPage(sign_in).stop)
        line = sign_in.line if sign_in else ""
        server = Server(options.port, stack.api_url, emulator.url, options.origins, line)
        running.callback(server.stop)
        watch.Reload(stack, say).start()
        watch.Logs(stack, say).start()
        watch.Failures(stack, emulator.log, say).start()
        say(f"ready after {time.monotonic() - started:.1f} s; press Ctrl-C to stop everything")
        say(f"AWS endpoint: {emulator.url} (key test, secret test); log: {emulator.log}")
        for address, password in sign_in.accounts.items() if sign_in else ():
            say(f"sign in as {address} with the password {password}")
        print(f"Upload page: {server.url}", flush=True)
        while not stop.wait(0.5):
            if not emulator.is_running():
                said = lines(emulator.log.read_text(errors="replace")[-2000:])
                print(f"The emulator stopped unexpectedly:\n{said}", file=sys.stderr)
                return 1
        say("stopping")
    return 0


def _unusable(options: argparse.Namespace) -> str | None:
    """A sentence about ports that cannot be used, or None."""
    ports = {"page": options.port, "emulator": options.emulator_port}
    if options.user:
        ports["sign-in page"] = options.port + 1
    if shared := shared_port(ports):
        return shared
    taken = {what: port for what, port in ports.items() if is_taken(port)}
    if not taken:
        return None
    others = {"EMULATOR_PORT": options.emulator_port + 1} if "emulator" in taken else {}
    if taken.keys() - {"emulator"}:
        others = {"PORT": options.port + len(ports) - 1} | others
    in_use = ", and ".join(f"port {port} for the {what} is in use" for what, port in taken.items())
    choice = " ".join(f"{variable}={port}" for variable, port in others.items())
    return (
        f"{in_use[0].upper()}{in_use[1:]}: stop the other program, such as another make run, or choose another port "
        f"with {choice} make run."
    )


def _refused(options: argparse.Namespace) -> str | None:
    """A sentence about a setting that the template refuses, or None."""
    if not options.set:
        return None
    try:
        declared = template()
    except RuntimeError:
        return None  # the deployment says why
    try:
        parameters.check(declared.get("Parameters", {}), dict(options.set))
    except RuntimeError as error:
        return str(error)
    return None


def _sign_in(options: argparse.Namespace, endpoint: str) -> SignIn | None:
    """The sign-in, if there are users. Raises RuntimeError."""
    if not options.user:
        return None
    say("deploying stacks/sign_in.yaml to it")
    sign_in = SignIn(endpoint, f"http://localhost:{options.port}/", options.port + 1)
    sign_in.deploy()
    for name in options.user:
        sign_in.add(name)
    return sign_in


def _options() -> argparse.Namespace:
    parser = Parser(
        target="run",
        prog="python -m dev",
        description="Run the whole service on this machine, from template.yaml, without an AWS account or Docker.",
        epilog="Edited functions and pages take effect without a restart; nothing is kept after it stops.",
    )
    listeners(parser)
    arguments.parameters(parser, "template.yaml, such as ThumbnailFormat=avif")
    parser.add_argument(
        "--user",
        type=user,
        action="append",
        default=[],
        metavar="NAME",
        help="make people sign in, with an account for this name; can be repeated",
    )
    options = parser.parse_args()
    if twice := [name for name in options.user if options.user.count(name) > 1]:
        parser.exit(2, f"USERS: {twice[0]} is there twice.\n")
    if options.user and "Authorizer" in dict(options.set):
        parser.exit(2, "USERS sets Authorizer, so SET must not.\n")
    return options


if __name__ == "__main__":
    sys.exit(main())
