"""Hold the house to its sizes.

Files have at most 400 lines; functions at most 60, their median at most 10 and their 90th percentile at most 35.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
FUNCTION_MEDIAN = 10
FUNCTION_P90 = 35
PACKAGES = ("src/deployer", "src/hub_runtime")


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(where, lines) of every function in a file, its docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            docstring = 0
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                docstring = (first.end_lineno or first.lineno) - first.lineno + 1
            yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def main() -> int:
    root = Path(__file__).parent.parent
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    complaints = [
        f"{path}: {count} lines, at most {FILE_LINES}"
        for path in files
        if (count := len(path.read_text().splitlines())) > FILE_LINES
    ]
    sizes = [size for path in files for size in functions(path)]
    complaints += [f"{where}: {lines} lines, at most {FUNCTION_LINES}" for where, lines in sizes if lines > FUNCTION_LINES]
    lengths = [lines for _, lines in sizes]
    median = statistics.median(lengths)
    p90 = statistics.quantiles(lengths, n=10)[-1]
    if median > FUNCTION_MEDIAN:
        complaints.append(f"the median function has {median} lines, at most {FUNCTION_MEDIAN}")
    if p90 > FUNCTION_P90:
        complaints.append(f"the 90th percentile of functions has {p90} lines, at most {FUNCTION_P90}")
    for complaint in complaints:
        print(complaint)
    print(f"{len(files)} files, {len(sizes)} functions: median {median:.0f} lines, 90th percentile {p90:.0f}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
