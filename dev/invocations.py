"""Limits the concurrency of each function on this machine to the number of cores. Further invocations wait.

AWS starts as many copies of a function as are needed. The emulator does the same, with one process each: forty photos
would compete for the cores, and sixty callers would start sixty processes. Its own limits do not help, because an event
that they throttle counts as a failed attempt, while AWS keeps it for hours: tests/service/test_gaps.py.
"""

import os
import threading
import time
from typing import Any


def bound(most: int = os.cpu_count() or 1) -> None:
    """Limit the functions of this process's emulator. most: concurrent invocations of each function."""
    from ministack.services import lambda_svc

    places: dict[str, threading.Semaphore] = {}
    dispatch = lambda_svc._execute_function_dispatch

    def dispatch_in_turn(function: Any, configuration: Any, event: Any, request: str, _: float) -> Any:
        with places.setdefault(configuration["FunctionName"], threading.Semaphore(most)):
            # Its duration counts from here.
            return dispatch(function, configuration, event, request, time.time())

    lambda_svc._execute_function_dispatch = dispatch_in_turn
