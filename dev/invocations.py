"""How many invocations of a function run at once on this machine: one for each of its cores. More of them wait.

AWS starts as many copies of a function as are needed. The emulator does the same, with a process for each: forty photos
would fight for the cores, and sixty callers would start sixty processes. Its own limits do not help, because an event
that they throttle counts as a failed attempt, where AWS keeps it for hours: tests/service/test_gaps.py.
"""

import os
import threading
import time
from typing import Any


def bound(most: int = os.cpu_count() or 1) -> None:
    """Bound the functions of this process's emulator. most: invocations at once of each function."""
    from ministack.services import lambda_svc

    places: dict[str, threading.Semaphore] = {}
    dispatch = lambda_svc._execute_function_dispatch

    def dispatch_in_turn(function: Any, configuration: Any, event: Any, request: str, _: float) -> Any:
        with places.setdefault(configuration["FunctionName"], threading.Semaphore(most)):
            # Its duration is counted from here.
            return dispatch(function, configuration, event, request, time.time())

    lambda_svc._execute_function_dispatch = dispatch_in_turn
