"""The checks and metrics of a handler's responses."""

from typing import Any

import pytest

from tests.material.invocation import Context
from thumbs import observe

CALL = {"httpMethod": "GET", "resource": "/limits"}
GOOD = {"statusCode": 200, "headers": {}, "body": "{}"}


def answered(event: dict[str, Any], answer: Any) -> Any:
    return observe.function(lambda event, context: answer)(event, Context())


@pytest.mark.parametrize("answer", [None, 404, {}, GOOD | {"body": {}}, GOOD | {"statusCode": "200"}])
def test_an_answer_that_the_gateway_cannot_pass_on_is_the_functions_error(answer: Any) -> None:
    with pytest.raises(TypeError, match="no answer to a call of the API"):
        answered(CALL, answer)


@pytest.mark.parametrize(("event", "answer"), [(CALL, GOOD), ({"Records": []}, None)])
def test_other_answers_are_left_as_they_are(event: dict[str, Any], answer: Any) -> None:
    assert answered(event, answer) == answer
