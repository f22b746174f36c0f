"""Where the time goes from the drop of photos until the page shows the last thumbnail, and in many small uploads.

On this machine, with the service of `make run`, in the browser tests' own environment."""

from benchmarks import page

_ABOUT = """\
The whole service on this machine, as `make run` starts it: page, API and functions are the real ones, AWS is an
emulator, and everything competes for the same cores. So the seconds are this machine's, and the CPU of each process
says which part is the service's own. "Emulator" is all of AWS: S3, API Gateway, Lambda, SQS, signatures and IAM.
"Client" is the program that drives the browser, or sends the uploads. Hashing and encoding of uploads are the page's.
The photos' time ends when all are done and the list, scrolled to its end, has shown a thumbnail in each row.
A stage's sum adds up the calls, also where they overlap; the page asks for results until all are there.
"""


def report() -> str:
    """Raises as `page.measured`."""
    return f"{_ABOUT}\n{page.measured('tests.browser.end_to_end')}"
