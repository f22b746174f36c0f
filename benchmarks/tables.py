"""Tables as text that a terminal and Markdown both show."""

from collections.abc import Sequence

NOTHING = "-"


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The first column is words, the others are figures: aligned to the right."""
    cells = [list(map(str, headings)), *(list(map(str, row)) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = [_line(row, widths) for row in cells]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], _line(rule, widths), *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
    return f"| {' | '.join(padded)} |"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.1 else f"{seconds * 1000:.1f}"


def mebibytes(count: float) -> str:
    return f"{count / 2**20:.0f}"
