"""What a company could pick instead: a greedy rule, naive models for CP-SAT and HiGHS, a matching package."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from solver import load, rules
from solver.choices import Choices, choices_of
from solver.days import Board
from solver.instance import Instance
from solver.model import Model, build
from solver.problem import Problem, Visit


def main() -> None:
    name, source, target, limit = sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4])
    problem = load(source)
    visits = {"greedy": greedy, "cpsat": cpsat, "highs": highs, "matching": matching}[name](problem, limit)
    days = [day.isoformat() for day in problem.campaign.days]
    plan = {
        "format": "vis-ma-vie/solution/1",
        "status": "feasible",
        "visits": [{"visitor": v.visitor, "host": v.host, "day": days[v.day]} for v in visits],
    }
    target.write_text(json.dumps(plan))


def _pinned(instance: Instance) -> Board:
    """A board with the pinned swaps on it."""
    board = Board(instance)
    pins = {(v.visitor, v.host): v.day for v in instance.problem.pinned}
    for (visitor, host), day in pins.items():
        a, b = instance.index[visitor], instance.index[host]
        if not instance.front[a] and (host, visitor) in pins:
            board.put(board.add(a, b, fixed=True), (day, pins[host, visitor]))
    return board


def _visits(board: Board) -> Iterator[Visit]:
    people = board.instance.problem.people
    for a, b, day, other in board.choices().rows():
        yield Visit(people[a].id, people[b].id, day)
        yield Visit(people[b].id, people[a].id, other)


def _try(board: Board, pairs: Iterator[tuple[int, int]]) -> list[Visit]:
    used = {p for m in board.live() for p in (board.left[m], board.right[m])}
    for a, b in pairs:
        if a in used or b in used:
            continue
        match = board.add(a, b)
        if board.place(match):
            used |= {a, b}
        else:
            board.remove(match)
    return list(_visits(board))


def greedy(problem: Problem, limit: float) -> list[Visit]:
    """Everybody of the back office takes the first colleague with whom days are found."""
    instance = Instance(problem)
    frame, parties = rules.frame_of(problem), rules.parties_of(problem)
    until = time.monotonic() + limit
    board = _pinned(instance)
    used = {p for m in board.live() for p in (board.left[m], board.right[m])}
    free = {int(f) for f in instance.fronts} - used
    for a in instance.backs.tolist():
        if a in used or time.monotonic() > until:
            continue
        for b in sorted(free):
            if rules.may_meet(frame, parties[a], parties[b]):
                match = board.add(a, b)
                if board.place(match):
                    free.discard(b)
                    break
                board.remove(match)
    return list(_visits(board))


def _model(instance: Instance) -> tuple[Board, Choices, Model]:
    board = _pinned(instance)
    room = board.room()
    back, front = instance.pairs()
    good = (room.left[back] > 0) & (room.right[front] > 0)
    choices = choices_of(instance, back[good], front[good])
    return board, choices, build(instance, choices, room)


def _objective(model: Model) -> np.ndarray:
    return model.worth["people"] * 1_000_000 + model.worth["wishes"] * 1_000 + model.worth["travel"]


def _with(board: Board, choices: Choices) -> list[Visit]:
    for a, b, day, other in choices.rows():
        board.put(board.add(a, b), (day, other))
    return list(_visits(board))


def cpsat(problem: Problem, limit: float) -> list[Visit]:
    """One 0/1 variable for every choice, as one would write it at first."""
    from ortools.sat.python import cp_model

    board, choices, model = _model(Instance(problem))
    cp = cp_model.CpModel()
    x = [cp.new_bool_var("") for _ in range(model.columns)]
    order = np.argsort(model.row, kind="stable")
    cuts = np.searchsorted(model.row[order], np.arange(len(model.right) + 1)).tolist()
    columns = model.column[order].tolist()
    for row, right in enumerate(model.right.tolist()):
        cp.add(sum(x[c] for c in columns[cuts[row] : cuts[row + 1]]) <= right)
    cp.maximize(cp_model.LinearExpr.weighted_sum(x, _objective(model).tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = 2
    if solver.solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return list(_visits(board))
    return _with(board, choices.take(np.array([solver.boolean_value(v) for v in x], dtype=bool)))


def highs(problem: Problem, limit: float) -> list[Visit]:
    """The same model handed to HiGHS (inside OR-Tools)."""
    from solver.limits import Clock, Limits
    from solver.mip import solve_integer

    board, choices, model = _model(Instance(problem))
    solved = solve_integer(model, _objective(model), Clock(Limits(seconds=limit)), seconds=limit)
    return list(_visits(board)) if solved.chosen is None else _with(board, choices.take(solved.chosen))


def matching(problem: Problem, _limit: float) -> list[Visit]:
    """Hospital-resident matching on pairs (wishes, then distance), then first fit on days."""
    from matching.games import HospitalResident

    instance = Instance(problem)
    board = _pinned(instance)
    room = board.room()
    back, front = instance.pairs()
    good = (room.left[back] > 0) & (room.right[front] > 0)
    back, front = back[good], front[good]
    there = instance.points(back, front) * 1000 - instance.travel(back, front)
    home = instance.points(front, back) * 1000 - instance.travel(front, back)

    def ranked(who: np.ndarray, whom: np.ndarray, liking: np.ndarray) -> dict[int, list[int]]:
        order = np.lexsort((whom, -liking, who))
        found: dict[int, list[int]] = {}
        for a, b in zip(who[order].tolist(), whom[order].tolist(), strict=True):
            found.setdefault(a, []).append(b)
        return found

    residents, hospitals = ranked(back, front, there), ranked(front, back, home)
    solved: list[tuple[int, int]] = []

    def play() -> None:
        game = HospitalResident.create_from_dictionaries(residents, hospitals, dict.fromkeys(hospitals, 1))
        solved.extend((r.name, h.name) for h, matched in game.solve().items() for r in matched)

    sys.setrecursionlimit(1_000_000)  # it copies its players one within the other
    threading.stack_size(1 << 30)
    thread = threading.Thread(target=play)
    thread.start()
    thread.join()
    if residents and not solved:
        sys.exit("the package failed")
    return _try(board, iter(solved))


if __name__ == "__main__":
    main()
