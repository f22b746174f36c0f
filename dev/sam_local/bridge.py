"""Connects the emulator to functions in containers.

    emulated S3 ──▶ queue ─┐                      ┌─▶ ConvertFunction, up to three times
                           ├─▶ Bridge ─▶ SAM ─────┤
    emulated SNS ─▶ queue ─┘                      └─▶ ReportFailureFunction

On AWS, Lambda itself does this. The emulator invokes only its own processes, so its notifications go to queues, and
Bridge passes them from there to `sam local start-lambda`.
"""

import errno
import json
import socket
import socketserver
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY
from dev.stack import Stack

ATTEMPTS = 3  # Lambda's own number for asynchronous invocations
_WAIT = 1  # seconds before the second attempt, twice as many before the third; Lambda waits minutes

Say = Callable[[str], None]


class Lambda:
    """`sam local start-lambda`. call() invokes a function synchronously, as on AWS."""

    def __init__(self, url: str):
        self._client = boto3.client(
            "lambda",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(read_timeout=120, retries={"total_max_attempts": 1}),  # the first call builds an image
        )

    def call(self, function: str, event: Any) -> str | None:
        """None, or the error that the function raised. function: logical id."""
        answer = self._client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        payload = json.load(answer["Payload"])
        # SAM sets FunctionError only if a response contains nothing but the fields that errors had some years ago.
        failed = isinstance(payload, dict) and "errorType" in payload
        return str(payload.get("errorMessage")) if failed else None


class Bridge(threading.Thread):
    """Passes on events until the process ends."""

    def __init__(self, stack: Stack, functions: Lambda, say: Say):
        super().__init__(name="bridge", daemon=True)
        self._functions, self._say = functions, say
        self._sqs, self._sns = stack.client("sqs"), stack.client("sns")
        self._failures = stack.outputs["ConversionFailures"]
        self._uploads = self._queue("sam-local-uploads")
        self._dead = self._queue("sam-local-failures")
        self._redirect(stack)

    def _queue(self, name: str) -> str:
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]},
                    "Action": "sqs:SendMessage",
                    "Resource": "*",
                }
            ],
        }
        url: str = self._sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        return url

    def _arn(self, queue: str) -> str:
        attributes = self._sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        arn: str = attributes["QueueArn"]
        return arn

    def _redirect(self, stack: Stack) -> None:
        """Redirect to queues what goes to functions, with the same events and filters."""
        s3, bucket = stack.client("s3"), stack.outputs["UploadBucket"]
        present = s3.get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
        arn = self._arn(self._uploads)
        targets = [
            {name: value for name, value in target.items() if name in ("Events", "Filter")} | {"QueueArn": arn}
            for target in present
        ]
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": targets}
        )
        for subscription in self._sns.list_subscriptions_by_topic(TopicArn=self._failures)["Subscriptions"]:
            if subscription["Protocol"] == "lambda":
                self._sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        self._sns.subscribe(TopicArn=self._failures, Protocol="sqs", Endpoint=self._arn(self._dead))

    def run(self) -> None:
        while True:
            try:
                self._carry(self._uploads, self._convert)
                self._carry(self._dead, self._report)
            except (BotoCoreError, ClientError) as error:
                self._say(f"the bridge could not reach the emulator or SAM: {error}")
                time.sleep(1)

    def _carry(self, queue: str, deliver: Callable[[dict[str, Any]], None]) -> None:
        messages = self._sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        for message in messages.get("Messages", ()):
            deliver(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        if "Messages" not in messages:
            time.sleep(0.1)

    def _convert(self, event: dict[str, Any]) -> None:
        failure = None
        for attempt in range(ATTEMPTS):
            time.sleep(_WAIT * attempt)
            failure = self._functions.call("ConvertFunction", event)
            if failure is None:
                return
        # As Lambda writes it to a function's dead-letter queue (Lambda developer guide, "Adding a dead-letter queue").
        attributes = {"RequestID": str(uuid.uuid4()), "ErrorCode": "200", "ErrorMessage": str(failure)[:1024]}
        self._sns.publish(
            TopicArn=self._failures,
            Message=json.dumps(event),
            MessageAttributes={
                name: {"DataType": "Number" if name == "ErrorCode" else "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )

    def _report(self, notification: dict[str, Any]) -> None:
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification}
        if failure := self._functions.call("ReportFailureFunction", {"Records": [record]}):
            self._say(f"report_failure failed: {failure}")


class Door(socketserver.ThreadingTCPServer):
    """A port of this machine, open only to its containers.

    On Linux, a container cannot reach a server that listens on 127.0.0.1. Docker Desktop makes it reachable, and
    the address that containers use is not this machine's, so no port is needed there.

    Linux accepts packets for any of its addresses on any interface, so a neighbour in this machine's network could
    arrive through a route of its own, but from another address.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, gateway: str, network: str, port: int):
        self._network = ip_network(network)
        self._target = ("127.0.0.1", port)
        super().__init__((gateway, port), socketserver.BaseRequestHandler)
        threading.Thread(target=self.serve_forever, name=f"door {port}", daemon=True).start()

    @classmethod
    def opened(cls, gateway: str, network: str, port: int) -> Self | None:
        """gateway: this machine's address for containers. network: the only addresses that may connect, such as
        172.17.0.0/16. None if the engine is not on this machine itself.
        """
        try:
            return cls(gateway, network, port)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return None
            raise

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 (the base class's)
        return ip_address(client_address[0]) in self._network

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 (the base class's)
        with socket.create_connection(self._target) as inside:
            back = threading.Thread(target=_copy, args=(inside, request), daemon=True)
            back.start()
            _copy(request, inside)
            back.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: the client reports a broken connection."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
