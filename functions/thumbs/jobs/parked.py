"""The dead-letter queue: conversions that were given up, and how one is handed to the conversion once more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from thumbs import settings
from thumbs.aws import clients


@dataclass(frozen=True)
class Letter:
    """A parked conversion. body: as the queue holds it. receipt: the right to delete it."""

    body: str
    receipt: str
    message_id: str


def letters(limit: int) -> Iterator[Letter]:
    """Up to limit parked conversions. Each is hidden from others while it is in hand, and stays until it is deleted."""
    while limit > 0:
        answer = clients.client("sqs").receive_message(
            QueueUrl=settings.current().dead_letter_queue_url,
            MaxNumberOfMessages=min(10, limit),  # SQS hands out 10 at most
            WaitTimeSeconds=1,  # asks every server of the queue, so that a short queue is seen whole
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
    """About how many conversions are parked and not in anybody's hands."""
    answer = clients.client("sqs").get_queue_attributes(
        QueueUrl=settings.current().dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def convert_again(event: dict[str, Any]) -> None:
    """Hand an S3 event to the conversion once more, asynchronously: with its own retries and its own dead letter."""
    clients.client("lambda").invoke(
        FunctionName=settings.current().convert_function, InvocationType="Event", Payload=json.dumps(event).encode()
    )
