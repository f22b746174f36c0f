"""A function in a fresh process, as a cold start of Lambda has it: python invocation.py MODULE TIMES CODE < event

Prints what its import with the first invocation took, what each later one took, and the peak of memory, as JSON:
{"first": {"cpu": seconds, "wall": seconds}, "warm": cpu seconds | null, "peak": bytes, "answer": …}

CODE runs first and is measured with the import. Runs outside the package, with nothing on its path but the function and
its layers.
"""

import resource
import time


def cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main() -> None:
    import json
    import sys
    from importlib import import_module

    class Context:
        function_name = "made-up"
        function_version = "1"
        memory_limit_in_mb = 1769
        invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:made-up"
        aws_request_id = "00000000-0000-0000-0000-000000000000"

    _, module, times, code = sys.argv
    event = json.load(sys.stdin)
    output, sys.stdout = sys.stdout, sys.stderr  # what the function logs is not an answer
    before = cpu(), time.perf_counter()
    exec(code, {})
    handler = import_module(module).handler
    answer = handler(event, Context())
    after = cpu(), time.perf_counter()
    warm = []
    for _ in range(int(times)):
        start = cpu()
        handler(event, Context())
        warm.append(cpu() - start)
    result = {
        "first": {"cpu": after[0] - before[0], "wall": after[1] - before[1]},
        "warm": sorted(warm)[len(warm) // 2] if warm else None,
        "peak": _peak(),
        "answer": answer,
    }
    json.dump(result, output)


def _peak() -> int:
    """Bytes; as worker.peak."""
    with open("/proc/self/status") as status:  # noqa: PTH123  pathlib would count as the function's import
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024


if __name__ == "__main__":
    main()
