"""The server in place of S3: it answers as is written down, and records what it received."""

import http.client

import pytest

from tests.standins.faulty_s3 import CLOSES, FOUND, RESETS, FaultyS3, error, faulty_s3, response


def get(standin: FaultyS3, body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(standin.url.removeprefix("http://"), timeout=60)
    try:
        connection.request("PUT" if body else "GET", "/bucket/key", body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_answers_in_order_and_then_closes() -> None:
    with faulty_s3() as standin:
        standin.script += [FOUND, error(503, "SlowDown"), response(204), CLOSES, RESETS]

        assert get(standin) == (200, b"picture")
        status, content = get(standin, b"body")
        assert (status, b"<Code>SlowDown</Code>" in content) == (503, True)
        assert get(standin) == (204, b"")
        for lost in (http.client.RemoteDisconnected, ConnectionResetError, http.client.RemoteDisconnected):
            with pytest.raises(lost):
                get(standin)

        assert (len(standin.received), standin.connections) == (6, 6)
        assert standin.received[0].startswith(b"GET /bucket/key HTTP/1.1\r\n")
        assert standin.received[1].endswith(b"\r\n\r\nbody")
