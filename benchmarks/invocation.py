"""A function in a fresh process, like a cold start of Lambda: python invocation.py MODULE TIMES CODE < event

Prints the time of its import with the first invocation, of each later one, and the peak of memory, as JSON:
{"first": {"cpu": seconds, "wall": seconds}, "warm": cpu seconds | null, "peak": bytes, "answer": …}

CODE runs first and is measured with the import. Runs outside the package, with nothing on its path but the function and
its layers.
"""

import time

import usage  # type: ignore[import-not-found]  # next to this file


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
    output, sys.stdout = sys.stdout, sys.stderr  # the function's logs must not mix with the answer
    before = usage.cpu(), time.perf_counter()
    exec(code, {})
    handler = import_module(module).handler
    answer = handler(event, Context())
    after = usage.cpu(), time.perf_counter()
    warm = []
    for _ in range(int(times)):
        start = usage.cpu()
        handler(event, Context())
        warm.append(usage.cpu() - start)
    result = {
        "first": {"cpu": after[0] - before[0], "wall": after[1] - before[1]},
        "warm": sorted(warm)[len(warm) // 2] if warm else None,
        "peak": usage.peak(),
        "answer": answer,
    }
    json.dump(result, output)


if __name__ == "__main__":
    main()
