"""Logs and metrics: one structured line per event with the job in it, and metrics embedded in the log (EMF).

Powertools' Logger and Metrics write both; the names used here are the vocabulary of the dashboard and of the alarms.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

Handler = Callable[[dict[str, Any], Any], Any]


@cache
def log() -> Logger:
    """The function's logger. Keys appended to it stay until the end of the invocation."""
    return Logger()  # POWERTOOLS_SERVICE_NAME names the function, POWERTOOLS_LOG_LEVEL the least that is written


@cache
def _metrics() -> Metrics:
    return Metrics()  # POWERTOOLS_METRICS_NAMESPACE


def count(name: str, value: float = 1) -> None:
    """Count something that happened in this invocation."""
    _metrics().add_metric(name=name, unit=MetricUnit.Count, value=value)


def measure(name: str, milliseconds: float) -> None:
    _metrics().add_metric(name=name, unit=MetricUnit.Milliseconds, value=milliseconds)


def _answer(event: dict[str, Any], answer: Any) -> Any:
    """What a handler answers. Raises TypeError for what API Gateway could not pass on.

    The gateway would say 502 and Lambda see no error, so no alarm could tell which version it was.
    """
    if "httpMethod" in event:
        match answer:
            case {"statusCode": int(), "headers": dict(), "body": str()}:
                pass
            case _:
                raise TypeError(f"no answer to a call of the API: {type(answer).__name__}")
    return answer


def function(handler: Handler) -> Handler:
    """Wrap a Lambda handler: its log lines carry the request's id, its metrics are written when it ends, also badly."""
    sandbox = {"cold": True}

    @wraps(handler)
    def observed(event: dict[str, Any], context: Any) -> Any:
        log().clear_state()
        log().append_keys(request_id=context.aws_request_id, version=context.function_version)
        # By version too: the alarms that guard a release look at the new version alone.
        _metrics().add_dimensions(service=_metrics().service, version=context.function_version)
        count("ColdStart", sandbox["cold"])
        sandbox["cold"] = False
        try:
            return _answer(event, handler(event, context))
        except ExceptionGroup:
            raise  # each of them was logged where it happened
        except Exception:
            log().exception("gave up")
            raise
        finally:
            _metrics().flush_metrics()

    return observed
