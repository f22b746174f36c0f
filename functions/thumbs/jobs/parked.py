"""The dead-letter queue: conversions that failed for good, and how to pass them to the conversion again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from thumbs import settings
from thumbs.aws import clients


@dataclass(frozen=True)
class Letter:
    """A parked conversion. body: as in the queue. receipt: the handle for deleting it."""

    body: str
    receipt: str
    message_id: str


def letters(limit: int) -> Iterator[Letter]:
    """Up to limit parked conversions. Each is hidden from other consumers for a while, and stays until it is
    deleted."""
    while limit > 0:
        answer = clients.client("sqs").receive_message(
            QueueUrl=settings.current().dead_letter_queue_url,
            MaxNumberOfMessages=min(10, limit),  # SQS returns at most 10
            WaitTimeSeconds=1,  # queries all servers of the queue, so that a short queue is seen completely
        )
        messages = answer.get("Messages", ())
        if not messages:
            return
        for message in messages:
            yield Letter(message["Body"], message["ReceiptHandle"], message["MessageId"])
        limit -= len(messages)


def delete(letter: Letter) -> None:
    clients.client("sqs").delete_message(
        QueueUrl=settings.current().dead_letter_queue_url, ReceiptHandle=letter.receipt
    )


def left() -> int:
    """The approximate number of parked conversions that no consumer holds."""
    answer = clients.client("sqs").get_queue_attributes(
        QueueUrl=settings.current().dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def convert_again(event: dict[str, Any]) -> None:
    """Invoke the conversion with an S3 event again, asynchronously, with its own retries and its own dead letter."""
    clients.client("lambda").invoke(
        FunctionName=settings.current().convert_function, InvocationType="Event", Payload=json.dumps(event).encode()
    )
