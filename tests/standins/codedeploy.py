"""CodeDeploy, as far as a release through an alias needs it: hook, a tenth of the traffic, alarms, all of it or back.

The hook reports over HTTP, with the call and the answers that CodeDeploy's API has (JSON 1.1, CodeDeploy_20141006).
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
    """One call of a hook. status: what it has reported, "Pending" before; "Stopped" when an alarm went off after it."""

    deployment: str
    id: str
    status: str = "Pending"
    alarms: tuple[Alarm, ...] = ()  # that stopped the release

    @property
    def event(self) -> dict[str, str]:
        """What the hook is called with."""
        return {"DeploymentId": self.deployment, "LifecycleEventHookExecutionId": self.id}


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

    def execution(self) -> Execution:
        """A hook that is about to be called."""
        made = Execution(f"d-{uuid.uuid4().hex[:9].upper()}", base64.b64encode(uuid.uuid4().bytes).decode())
        self._executions[made.id] = made
        return made

    def expect(self, event: dict[str, str]) -> Execution:
        """The same for an event that was written down."""
        made = Execution(event["DeploymentId"], event["LifecycleEventHookExecutionId"])
        self._executions[made.id] = made
        return made

    def release(
        self,
        aws: Any,
        function: str,
        version: str,
        hook: str,
        users: Callable[[], object],
        guards: Callable[[], Iterable[Alarm]],
    ) -> Execution:
        """Bring a version behind `live`, if its hook says so: a tenth of the traffic, then all, or none again.

        aws: a Lambda client. users: what they do while the version has its tenth, in place of the minutes of AWS.
        guards: how the alarms of the deployment group stand after that; one in ALARM stops the release.
        """
        execution = self.execution()
        aws.invoke(FunctionName=hook, Payload=json.dumps(execution.event).encode())
        if execution.status == "Succeeded":
            before = aws.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
            canary = {"AdditionalVersionWeights": {version: 0.1}}
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=before, RoutingConfig=canary)
            users()
            execution.alarms = tuple(alarm for alarm in guards() if alarm.state == "ALARM")
            whole: dict[str, Any] = {"AdditionalVersionWeights": {}}
            if execution.alarms:
                execution.status, version = "Stopped", before
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version, RoutingConfig=whole)
        return execution

    def _put(self, body: dict[str, str]) -> tuple[int, dict[str, str]]:
        execution = self._executions.get(body["lifecycleEventHookExecutionId"])
        if execution is None or execution.deployment != body["deploymentId"]:
            return 400, {"__type": "InvalidLifecycleEventHookExecutionIdException"}
        if execution.status != "Pending":
            return 400, {"__type": "LifecycleEventAlreadyCompletedException"}
        if body["status"] not in ("Succeeded", "Failed"):
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
