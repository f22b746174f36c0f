"""CodeDeploy, as far as a release through an alias needs it: hook, a tenth of the traffic, alarms, all of it, hook.

A hook reports over HTTP, with the call and the responses of CodeDeploy's API (JSON 1.1, CodeDeploy_20141006). If one
reports a fault, or an alarm goes off, the alias moves back (docs/decisions/live-is-verified.md).
"""

import base64
import json
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.standins.alarms import Alarm

_REPORT = "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus"


@dataclass
class Execution:
    """One invocation of a hook. status: as reported, "Pending" before."""

    deployment: str
    id: str
    status: str = "Pending"

    @property
    def event(self) -> dict[str, str]:
        """The hook's event."""
        return {"DeploymentId": self.deployment, "LifecycleEventHookExecutionId": self.id}


@dataclass
class Deployment:
    """The result of a deployment. status: "Succeeded"; "Failed", by a hook; "Stopped", by the alarms.

    before, after: the hooks' invocations, before the new version gets traffic, and after it has got all of it.
    """

    before: Execution
    after: Execution | None = None
    alarms: tuple[Alarm, ...] = ()

    @property
    def status(self) -> str:
        if self.alarms:
            return "Stopped"
        return "Succeeded" if self.after and self.after.status == "Succeeded" else "Failed"


class CodeDeploy:
    """Listens while it is entered. url: for AWS_ENDPOINT_URL_CODEDEPLOY."""

    def __init__(self) -> None:
        self._executions: dict[str, Execution] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def execution(self, deployment: str | None = None) -> Execution:
        """A hook that is about to be invoked. deployment: its id, unless it is a new one."""
        deployment = deployment or f"d-{uuid.uuid4().hex[:9].upper()}"
        made = Execution(deployment, base64.b64encode(uuid.uuid4().bytes).decode())
        self._executions[made.id] = made
        return made

    def expect(self, event: dict[str, str]) -> Execution:
        """The same for a recorded event."""
        made = Execution(event["DeploymentId"], event["LifecycleEventHookExecutionId"])
        self._executions[made.id] = made
        return made

    def release(
        self,
        aws: Any,
        function: str,
        version: str,
        hooks: tuple[str, str],
        users: Callable[[], object],
        guards: Callable[[], Iterable[Alarm]],
    ) -> Deployment:
        """Move `live` to a version, if its hooks agree: a tenth of the traffic, then all, or none again.

        aws: a Lambda client. hooks: invoked before the version gets traffic, and after it has got all of it. users:
        their actions while the version has its tenth, instead of AWS's minutes. guards: the states of the deployment
        group's alarms after that; one in ALARM stops the release.
        """

        def called(hook: str, execution: Execution) -> bool:
            aws.invoke(FunctionName=hook, Payload=json.dumps(execution.event).encode())
            return execution.status == "Succeeded"

        def route(version: str, **others: float) -> None:
            weights = {"AdditionalVersionWeights": others}
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version, RoutingConfig=weights)

        deployment = Deployment(self.execution())
        if not called(hooks[0], deployment.before):
            return deployment
        before = aws.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
        route(before, **{version: 0.1})
        users()
        deployment.alarms = tuple(alarm for alarm in guards() if alarm.state == "ALARM")
        if deployment.alarms:
            route(before)
            return deployment
        route(version)
        deployment.after = self.execution(deployment.before.deployment)
        if not called(hooks[1], deployment.after):
            route(before)
        return deployment

    def _put(self, body: dict[str, str]) -> tuple[int, dict[str, str]]:
        """By the API reference of PutLifecycleEventHookExecutionStatus, "Errors"."""
        if "deploymentId" not in body:
            return 400, {"__type": "DeploymentIdRequiredException"}
        if all(execution.deployment != body["deploymentId"] for execution in self._executions.values()):
            return 400, {"__type": "DeploymentDoesNotExistException"}
        execution = self._executions.get(body.get("lifecycleEventHookExecutionId", ""))
        if execution is None or execution.deployment != body["deploymentId"]:
            return 400, {"__type": "InvalidLifecycleEventHookExecutionIdException"}
        if execution.status != "Pending":
            return 400, {"__type": "LifecycleEventAlreadyCompletedException"}
        if body.get("status") not in ("Succeeded", "Failed"):
            return 400, {"__type": "InvalidLifecycleEventHookExecutionStatusException"}
        execution.status = body["status"]
        return 200, {"lifecycleEventHookExecutionId": execution.id}

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        put = self._put

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # as http.server wants it
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                known = self.headers["X-Amz-Target"] == _REPORT
                status, answer = put(body) if known else (400, {"__type": "UnknownOperationException"})
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as http.server calls it
                pass

        return Handler
