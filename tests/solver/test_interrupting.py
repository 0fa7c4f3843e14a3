"""Whoever interrupts has a plan: before anything is loaded, while it loads, in a long step, twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.console import Early
from solver import Limits, Plan, Problem, load, solve
from solver.check import violations
from solver.command import run_check, run_solve
from tests.solver.company import company
from tests.solver.tiny import document

PIN = {"visitor": "anna", "host": "bruno", "day": "2027-03-01"}


@pytest.fixture
def signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_heard_before_anything_heavy_is_loaded(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    heavy = "import sys, app.console; print({'typer', 'numpy', 'ortools', 'solver'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout == "set()\n"
    early = Early()
    early.listen()
    assert not early()
    os.kill(os.getpid(), number)
    assert early()
    assert "still loading" in capfd.readouterr().err


def test_who_interrupted_before_has_the_pins_and_what_could_be_placed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "m.json", tmp_path / "plan.json"
    source.write_text(json.dumps(document(pinned=[PIN])))
    assert run_solve(source, target, 10, 1, 1, asked=lambda: True) == 0
    assert f"interrupted: the best plan so far is in {target}" in capsys.readouterr().err
    assert run_check(source, target) == 0
    assert PIN in json.loads(target.read_text())["visits"]


def test_ctrl_c_twice_while_reading_loses_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path) -> Problem:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return load(path)

    source, target = tmp_path / "m.json", tmp_path / "plan.json"
    source.write_text(json.dumps(company(people=300, seed=3, pins=2)))
    before = signal.getsignal(signal.SIGINT)  # a run in the background ignores it
    with monkeypatch.context() as patched:
        patched.setattr("solver.command.load", interrupted)
        assert run_solve(source, target, 60, 1, 1) == 0
    said = capfd.readouterr().err
    assert "stopping: the best plan so far is being written" in said
    assert "still writing" in said
    assert run_check(source, target) == 0
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("exchange", ["swap", "shadow"])
def test_a_large_company_is_left_in_the_middle_of_any_step(
    exchange: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if 140 people were many: whichever time somebody is asked whether to stop, the plan is valid."""
    monkeypatch.setattr("solver.solving.LARGE", 100)
    monkeypatch.setattr("solver.edges.ALL_PAIRS", 0)
    monkeypatch.setattr("solver.edges.FEW_CHOICES", 0)
    monkeypatch.setattr("solver.solving.HURRIED", 20)
    problem = Problem.from_json(company(people=140, seed=2, pins=2, exchange=exchange))

    def from_then_on(time: int) -> Plan:
        asked = count()
        return solve(problem, limits=Limits(60, 1), should_stop=lambda: next(asked) >= time)

    whole = from_then_on(1 << 60)
    for time in (0, 3, 21, 150):
        plan = from_then_on(time)
        assert violations(problem, plan) == []
        assert set(problem.pinned) <= set(plan.visits)
        assert len(plan.visits) > len(problem.pinned)
        for name in ("priority", "people"):
            assert plan.bounds.get(name, whole.values[name]) >= whole.values[name]


def test_a_large_company_has_the_same_plan_though_its_flow_is_computed_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = Problem.from_json(company(people=110, seed=4))
    here = solve(problem, limits=Limits(None, 1))
    monkeypatch.setattr("solver.solving.LARGE", 100)
    assert solve(problem, limits=Limits(None, 1)).visits == here.visits
