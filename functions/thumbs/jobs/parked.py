"""The dead-letter queue: conversions that failed for good, and how to pass them to the conversion again."""

from collections.abc import Iterator
from typing import Any

from thumbs import settings
from thumbs.aws import functions, sqs

Letter = sqs.Message


def letters(limit: int) -> Iterator[Letter]:
    """Up to limit parked conversions. Each is hidden from other consumers for a while, and stays until it is
    deleted."""
    return sqs.receive(settings.current().dead_letter_queue_url, limit)


def delete(letter: Letter) -> None:
    sqs.delete(settings.current().dead_letter_queue_url, letter)


def left() -> int:
    """The approximate number of parked conversions that no consumer holds."""
    return sqs.count(settings.current().dead_letter_queue_url)


def convert_again(event: dict[str, Any]) -> None:
    """Invoke the conversion with an S3 event again, asynchronously, with its own retries and its own dead letter."""
    functions.start(settings.current().convert_function, event)
