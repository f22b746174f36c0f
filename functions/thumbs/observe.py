"""Logs and metrics: one structured line per event, with its job, and metrics embedded in the log (EMF).

Powertools' Logger and Metrics write both. The names used here are those of the dashboard and of the alarms.
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
    return Logger()  # POWERTOOLS_SERVICE_NAME names the function, POWERTOOLS_LOG_LEVEL is the minimum level


@cache
def _metrics() -> Metrics:
    return Metrics()  # POWERTOOLS_METRICS_NAMESPACE


def correlate(correlation: str | None) -> None:
    """Add the caller's id of a request to all further lines of this invocation, or, with None, to none of them."""
    log().append_keys(correlation_id=correlation)  # Powertools leaves out what is None


def count(name: str, value: float = 1) -> None:
    """Count an event of this invocation."""
    _metrics().add_metric(name=name, unit=MetricUnit.Count, value=value)


def measure(name: str, milliseconds: float) -> None:
    _metrics().add_metric(name=name, unit=MetricUnit.Milliseconds, value=milliseconds)


def _answer(event: dict[str, Any], answer: Any) -> Any:
    """Returns a handler's response unchanged. Raises TypeError if API Gateway could not pass it on.

    Otherwise API Gateway would respond with 502, Lambda would see no error, and no alarm could name the version.
    """
    if "httpMethod" in event:
        match answer:
            case {"statusCode": int(), "headers": dict(), "body": str()}:
                pass
            case _:
                raise TypeError(f"no answer to a call of the API: {type(answer).__name__}")
    return answer


def function(handler: Handler) -> Handler:
    """Wrap a Lambda handler: its log lines carry the request's id, its metrics are written even if it fails."""
    sandbox = {"cold": True}

    @wraps(handler)
    def observed(event: dict[str, Any], context: Any) -> Any:
        log().clear_state()
        log().append_keys(request_id=context.aws_request_id, version=context.function_version)
        # By version too, because the alarms that guard a release watch only the new version.
        _metrics().add_dimensions(service=_metrics().service, version=context.function_version)
        count("ColdStart", sandbox["cold"])
        sandbox["cold"] = False
        try:
            return _answer(event, handler(event, context))
        except ExceptionGroup:
            raise  # each error was logged where it happened
        except Exception:
            log().exception("gave up")
            raise
        finally:
            _metrics().flush_metrics()

    return observed
