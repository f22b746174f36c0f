"""The ids of jobs."""

import uuid

from thumbs.jobs import keys


def test_the_id_of_a_job_without_an_owner_is_a_random_uuid() -> None:
    """Version 4 of RFC 9562: all of its bits are random, except the six that name its version and variant."""
    jobs = [keys.new_job() for _ in range(200)]

    assert {(uuid.UUID(job).version, uuid.UUID(job).variant) for job in jobs} == {(4, uuid.RFC_4122)}
    assert len({*jobs}) == 200
    numbers = [int(job, 16) for job in jobs]
    varied = [bit for bit in range(128) if len({number >> bit & 1 for number in numbers}) == 2]
    assert len(varied) == 122
