"""SQS: the messages of a queue. One that is received is hidden from others, and stays until it is deleted."""

from collections.abc import Iterator
from dataclasses import dataclass

from thumbs.aws import clients


@dataclass(frozen=True)
class Message:
    """receipt: the handle for deleting it."""

    body: str
    receipt: str
    message_id: str


def receive(queue: str, limit: int) -> Iterator[Message]:
    """Up to limit messages. queue: its URL."""
    while limit > 0:
        answer = clients.client("sqs").receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=min(10, limit),  # SQS returns at most 10
            WaitTimeSeconds=1,  # queries all servers of the queue, so that a short queue is seen completely
        )
        messages = answer.get("Messages", ())
        if not messages:
            return
        for message in messages:
            yield Message(message["Body"], message["ReceiptHandle"], message["MessageId"])
        limit -= len(messages)


def delete(queue: str, message: Message) -> None:
    clients.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message.receipt)


def count(queue: str) -> int:
    """About how many messages are in the queue and not hidden."""
    answer = clients.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
