"""The order of a run, and what each folder took.

The longest tests begin: two workers then share what remains, and neither waits for the other's last one. No
test may depend on this order.
"""

from collections import Counter
from typing import Any

import pytest

FIRST = ("journeys", "figures", "life", "solver", "demo")
"""Folders whose tests take longest."""


def folder_of(node: str) -> str:
    """`tests/visits/test_life.py::test_x` → `visits`."""
    parts = node.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folders of FIRST in their order, then the others as they come."""
    places = {name: n for n, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(folder_of(item.nodeid), len(FIRST)))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """With `--durations`, also seconds by folder, over all workers."""
    if not config.getoption("durations"):
        return
    took: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[folder_of(report.nodeid)] += report.duration
    terminalreporter.section("seconds by folder")
    terminalreporter.line(", ".join(f"{name} {seconds:.0f}" for name, seconds in took.most_common()))
