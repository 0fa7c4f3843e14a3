"""The command: files, exit codes, words on both outputs, cancellation."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver import Limits, Plan, Problem, Progress, solve
from solver.check import violations
from solver.command import run_check, run_solve
from tests.solver.company import company
from tests.solver.tiny import document, person

ROOT = Path(__file__).parents[2]
PIN = {"visitor": "anna", "host": "bruno", "day": "2027-03-01"}


def written(path: Path, made: dict[str, Any]) -> Path:
    path.write_text(json.dumps(made))
    return path


def test_solve_writes_a_plan_and_says_how_good_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = written(tmp_path / "m.json", document()), tmp_path / "plan.json"
    assert run_solve(source, target, 10, 1, 1, as_json=False) == 0
    out = capsys.readouterr().out
    assert out.startswith("optimal: 2 of 2 people matched")
    assert "travel minutes" in out
    assert run_check(source, target) == 0
    assert capsys.readouterr().out == "0 violations in 2 visits\n"


def test_json_is_all_that_standard_output_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = written(tmp_path / "m.json", document())
    assert run_solve(source, tmp_path / "plan.json", 10, 1, 1, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"status", "values", "bounds", "gaps", "seconds"}
    assert (said["status"], said["values"]["people"], said["gaps"]["priority"]) == ("optimal", 2, 0.0)


def test_what_a_library_prints_is_kept_from_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def talking(problem: Problem, **_: Any) -> Plan:
        ctypes.CDLL(None).puts(b"a word of HiGHS")
        os.write(1, b"another one\n")
        return solve(problem, limits=Limits(seconds=5.0, threads=1))

    monkeypatch.setattr("solver.command.solve", talking)
    source = written(tmp_path / "m.json", company(12, 1))
    assert run_solve(source, tmp_path / "plan.json", 5, 1, 1, as_json=True) == 0
    said = capfd.readouterr()
    assert json.loads(said.out)["status"] == "optimal"
    assert "a word of HiGHS" in said.err
    assert "another one" in said.err


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_of_json_is_refused_also_where_nobody_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    source = tmp_path / "m.json"
    source.write_text(json.dumps(document()).replace("{", '{"x": ' + number + ", ", 1))
    assert run_solve(source, tmp_path / "plan.json") == 2
    assert number in capsys.readouterr().err


def test_a_number_without_end_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "m.json"
    source.write_text('{"version": ' + "9" * 6_000 + "}")
    assert run_solve(source, tmp_path / "plan.json") == 2
    assert "too many digits" in capsys.readouterr().err


@pytest.mark.parametrize(("asked", "used"), [(0, 7), (1, 1), (3, 3)])
def test_no_number_of_threads_is_one_for_each_core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: int, used: int
) -> None:
    seen = []

    def solved(problem: Problem, **how: Any) -> Plan:
        seen.append(how["limits"].threads)
        return solve(problem, limits=Limits(seconds=5.0, threads=1))

    monkeypatch.setattr("os.cpu_count", lambda: 7)
    monkeypatch.setattr("solver.command.solve", solved)
    source = written(tmp_path / "m.json", company(12, 1))
    assert run_solve(source, tmp_path / "plan.json", 5, 1, asked) == 0
    assert seen == [used]


def test_unreadable_input_is_2_and_names_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = document(
        people=[
            person("anna", "compta", "11000"),
            {**person("bruno", "boutique"), "available": ["2027-02-30"]},
        ]
    )
    assert run_solve(written(tmp_path / "m.json", wrong), tmp_path / "plan.json") == 2
    assert capsys.readouterr().err == 'people[1].available: "2027-02-30" is not a day\n'
    assert run_solve(tmp_path / "absent.json", tmp_path / "plan.json") == 2
    assert not (tmp_path / "plan.json").exists()


def test_an_output_that_cannot_be_written_is_said_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is computed")

    monkeypatch.setattr("solver.command.solve", never)
    source = written(tmp_path / "m.json", document())
    for target in (tmp_path / "absent" / "plan.json", tmp_path):
        assert run_solve(source, target) == 2
        assert "cannot be written" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json"]


@pytest.mark.parametrize("name", ["m.json", "again/../m.json", "link.json"])
def test_a_plan_never_takes_the_place_of_its_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    source = written(tmp_path / "m.json", document())
    (tmp_path / "again").mkdir()
    (tmp_path / "link.json").symlink_to(source)
    before = source.read_bytes()
    assert run_solve(source, tmp_path / name, 10, 1, 1) == 2
    assert "would take the place of the problem" in capsys.readouterr().err
    assert source.read_bytes() == before
    assert run_solve(source, tmp_path / "plan.json", 10, 1, 1) == 0


def test_files_beside_the_plan_stay(tmp_path: Path) -> None:
    source, mine = written(tmp_path / "m.json", document()), tmp_path / "plan.json.part"
    mine.write_text("mine")
    assert run_solve(source, tmp_path / "plan.json", 10, 1, 1) == 0
    assert mine.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json", "plan.json", "plan.json.part"]


def test_large_bounds_have_all_their_digits_in_columns_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "m.json", company(people=300, seed=3))
    assert run_solve(source, tmp_path / "plan.json", 0.0, 1, 1) == 0
    rows = capsys.readouterr().out.splitlines()[1:-1]
    assert {len(row.rsplit(maxsplit=3)) for row in rows} == {4}
    assert not any("e+" in row for row in rows)


def test_fields_that_nobody_reads_are_noted_once_for_each_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**person(name, "compta"), "wish": ["boutique"]} for name in ("anna", "carl")]
    made = document(people=[*rows, person("bruno", "boutique")], pins=[])
    assert run_solve(written(tmp_path / "m.json", made), tmp_path / "plan.json", 10, 1, 1) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert notes == [
        'note: pins: a problem has no field "pins"; it is not read',
        'note: people[0].wish: people has no field "wish"; it is not read',
    ]


def test_a_small_company_has_everybodys_remedy_in_its_plan(tmp_path: Path) -> None:
    source = written(tmp_path / "m.json", company(people=60, seed=3, few_dates=1.0))
    assert run_solve(source, tmp_path / "plan.json", None, 1, 1) == 0
    unmatched = json.loads((tmp_path / "plan.json").read_text())["unmatched"]
    assert any(row["remedy"] for row in unmatched)
    assert not any(row.get("remedy_on_request") for row in unmatched)


def test_remedies_are_sought_for_everybody_nobody_or_who_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = (
        written(tmp_path / "m.json", company(people=60, seed=3, few_dates=1.0)),
        tmp_path / "p.json",
    )

    def sought(remedies: str) -> set[str]:
        assert run_solve(source, target, None, 1, 1, remedies=remedies) == 0
        rows = json.loads(target.read_text())["unmatched"]
        return {row["person"] for row in rows if not row.get("remedy_on_request")}

    everybody = sought("auto")
    assert len(everybody) > 1
    assert sought("none") == set()
    monkeypatch.setattr("solver.command.ALL_REMEDIES", 10)  # as in a large company
    assert sought("auto") == set()
    assert sought("all") == everybody
    one, *_ = everybody
    capsys.readouterr()
    assert sought(one) == {one}
    assert f"{one}: " in capsys.readouterr().out
    assert run_solve(source, target, None, 1, 1, remedies="zoé,p1") == 2
    assert "zoé" in capsys.readouterr().err


def test_the_seconds_are_those_that_one_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    solved: list[float] = []

    def noted(problem: Problem, **_: Any) -> Plan:
        plan = solve(problem, limits=Limits(seconds=5.0, threads=1))
        solved.append(plan.seconds)
        return plan

    monkeypatch.setattr("solver.command.solve", noted)
    source = written(tmp_path / "m.json", company(people=12, seed=1))
    assert run_solve(source, tmp_path / "plan.json", 10, 1, 1, as_json=True) == 0
    seconds = json.loads(capsys.readouterr().out)["seconds"]
    assert seconds > solved[0] + 0.1  # starting, reading, remedies and writing
    assert json.loads((tmp_path / "plan.json").read_text())["seconds"] == seconds


def test_a_bound_beyond_all_use_is_said_to_prove_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def loose(problem: Problem, **_: Any) -> Plan:
        plan = solve(problem, limits=Limits(seconds=5.0, threads=1))
        return replace(
            plan, values={**plan.values, "travel_minutes": 900}, bounds={**plan.bounds, "travel_minutes": 4}
        )

    monkeypatch.setattr("solver.command.solve", loose)
    source = written(tmp_path / "m.json", company(people=12, seed=1))
    assert run_solve(source, tmp_path / "plan.json", 10, 1, 1) == 0
    [line] = [one for one in capsys.readouterr().out.splitlines() if one.startswith("travel minutes")]
    assert line.split()[-2:] == ["not", "proven"]


def test_contradictory_pins_are_3_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = written(tmp_path / "m.json", document(pinned=[PIN], forbidden=[{"a": "anna", "b": "bruno"}]))
    assert run_solve(source, tmp_path / "plan.json") == 3
    said = capsys.readouterr()
    assert ("the pair is forbidden" in said.out, said.err) == (True, "")
    assert "\npinned[0]: pinned visit anna → bruno" in said.out
    assert run_solve(source, tmp_path / "plan.json", as_json=True) == 3
    said = capsys.readouterr()
    assert (json.loads(said.out)["status"], "the pair is forbidden" in said.err) == ("infeasible", True)
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert (plan["status"], plan["visits"]) == ("infeasible", [])
    assert "interdite" in plan["contradictions"][0]["fr"]


def test_check_tells_broken_rules_from_unreadable_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "m.json", document())
    half = written(
        tmp_path / "p.json", {"format": "vis-ma-vie/solution/1", "status": "feasible", "visits": [PIN]}
    )
    assert run_check(source, half, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False
    assert run_check(source, written(tmp_path / "x.json", {"format": "?"})) == 2


def test_a_plan_survives_writing_and_reading() -> None:
    problem = Problem.from_json(document(people=[person("anna", "compta")]))
    plan = solve(problem)
    again = Plan.from_json(json.loads(json.dumps(plan.to_json(problem))), problem)
    assert (again.visits, again.unmatched, again.values) == (plan.visits, plan.unmatched, plan.values)


def test_no_time_still_gives_a_valid_plan_with_the_pins() -> None:
    problem = Problem.from_json(company(people=400, seed=1, pins=3))
    plan = solve(problem, limits=Limits(seconds=0.0))
    assert violations(problem, plan) == []
    assert set(problem.pinned) <= set(plan.visits)


def test_stopping_gives_the_best_so_far_and_progress_is_told() -> None:
    problem = Problem.from_json(company(people=600, seed=2, pins=2))
    told: list[Progress] = []
    started = time.monotonic()
    plan = solve(problem, limits=Limits(seconds=600), on_progress=told.append, should_stop=lambda: bool(told))
    assert time.monotonic() - started < 120
    assert violations(problem, plan) == []
    assert told[0].matched > 0
    assert told[0].bound is not None
    assert plan.values["people"] > 0


@pytest.mark.skipif(os.name != "posix", reason="signals as on Linux")
def test_ctrl_c_writes_the_plan_and_ends_well(tmp_path: Path) -> None:
    source = written(tmp_path / "m.json", company(people=1500, seed=3, pins=2))
    target = tmp_path / "plan.json"
    command = [
        sys.executable,
        "-m",
        "solver",
        "solve",
        str(source),
        "--output",
        str(target),
        "--time-limit",
        "100",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline()  # the first word of progress
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert run_check(source, target) == 0


def test_a_plan_is_written_through_a_link_and_leaves_a_device_one(tmp_path: Path) -> None:
    problem, real, link = written(tmp_path / "p.json", document()), tmp_path / "real.json", tmp_path / "link"
    link.symlink_to(real)
    assert run_solve(problem, link) == 0
    assert link.is_symlink()
    assert json.loads(real.read_text())["visits"]
    assert run_solve(problem, "/dev/null") == 0
    assert Path("/dev/null").is_char_device()


def test_whoever_watches_reads_each_level_and_then_how_many_remedies_were_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = document()
    made["people"].append(person("carole", "boutique", "00000"))
    assert run_solve(written(tmp_path / "m.json", made), tmp_path / "plan.json", 10, 1, 1, as_json=True) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("days: 0 (bound 0) ")
    assert lines[-1].startswith("remedies: looked for 0 of 1 people without a match ")


def test_nobody_without_a_match_means_no_word_of_remedies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "m.json", document())
    assert run_solve(source, tmp_path / "plan.json", 10, 1, 1, as_json=True) == 0
    assert "remedies" not in capsys.readouterr().err
