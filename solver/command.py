"""The `solve` and `check` commands, whole: files in, files and words out, exit codes.

0  a valid plan was written (also when time ran out or on Ctrl-C); `check`: the plan is valid
1  `check`: rules are broken
2  the input cannot be read
3  the pinned visits contradict the rules
"""

from __future__ import annotations

import ctypes
import errno
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from solver.check import violations
from solver.fields import ProblemError, said
from solver.limits import EXPLAINING, LARGE, Limits, OnProgress, Progress, ShouldStop
from solver.memory import be_frugal
from solver.mip import THREAD
from solver.pins import about
from solver.plan import FEASIBLE, INFEASIBLE, MEASURE, Plan, Text
from solver.problem import Problem, load
from solver.remedies import with_remedies
from solver.solving import solve

ALL_REMEDIES = 3_000
"""Up to so many people the command seeks everybody's remedy; in larger companies they come on request."""
REMEDIES = 3.0
"""Seconds for that at most, within the time limit; whom it does not reach is said in the plan."""
PATIENT, RESERVED = 10.0, 1.0
"""Whoever gives so many seconds has so many kept for everybody's remedies, which most then are found in."""
AUTO, ALL, NONE = "auto", "all", "none"
"""Whose remedies: everybody's in that time, everybody's whatever the size, nobody's; else ids."""
FAR = 1.0
"""A bound so far from the value, as a share of the bound, is said not to prove anything."""

STARTING, WRITING, WRITING_AGAIN = 0.7, 2.5e-5, 0.05
"""Seconds that it takes to load the program, at most, to write what concerns one person, and to write once
more."""

STOPPING = b"\nstopping: the best plan so far is being written\n"
STILL_STOPPING = b"\nstill writing the best plan so far, a moment please (Ctrl-\\ ends without it)\n"

WORDS = {
    "people": "people (priority points)",
    "wishes": "wish points",
    "changes": "changes",
    "travel": "travel minutes",
    "days": "good days",
}


LIVE = {"changes": "visits kept"}
"""What the live line counts, where it is not what the level is called."""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _warn(line: object) -> None:
    sys.stderr.write(f"{line}\n")


def run_solve(
    problem_path: str | Path,
    output_path: str | Path,
    time_limit: float | None = 60.0,
    seed: int = 0,
    threads: int = 2,
    as_json: bool = False,
    *,
    remedies: str = AUTO,
    asked: ShouldStop = lambda: False,
) -> int:
    """Solve a problem file into a plan file; progress on standard error, a summary on standard output.

    ``time_limit`` is for the whole command: reading and writing count. Ctrl-C, once or often, and a
    termination end the search, not the command: the best plan so far is written. ``asked``: whether that
    was asked for before. ``remedies``: what would match whom is sought, see `AUTO`; ids apart by commas.
    """
    with _until_interrupted(asked) as should_stop:
        return _solve(
            problem_path, output_path, time_limit, seed, threads, remedies, should_stop, as_json=as_json
        )


def _read(path: str | Path) -> Problem | None:
    """The problem; None where it cannot be read, which is said with the place. What nobody reads is noted."""
    try:
        problem = load(path)
    except ProblemError as error:
        _warn(error)
        return None
    for line in problem.strangers:
        _warn(f"note: {line}")
    return problem


def _are_known(named: Collection[str], problem: Problem) -> bool:
    """Whether these are people of the problem; the first who is not is said."""
    strangers = [one for one in named if one not in problem.person_by_id]
    if strangers:
        _warn(
            f"--remedies: {said(strangers[0])} is nobody's id; say {AUTO}, {ALL}, {NONE}, or ids with commas"
        )
    return not strangers


def _solve(
    problem_path: str | Path,
    output_path: str | Path,
    time_limit: float | None,
    seed: int,
    threads: int,
    remedies: str,
    should_stop: ShouldStop,
    *,
    as_json: bool,
) -> int:
    started = time.monotonic() - min(STARTING, time.process_time())
    if _is_same_file(problem_path, output_path):
        _warn(f"{output_path}: the plan would take the place of the problem")
        return 2
    try:
        _writable(output_path)
    except OSError as error:
        _warn(f"{output_path}: cannot be written ({error.strerror or error})")
        return 2
    problem = _read(problem_path)
    named = None if remedies in (AUTO, ALL, NONE) else [one.strip() for one in remedies.split(",")]
    if problem is None or not _are_known(named or (), problem):
        return 2
    if len(problem.people) > LARGE:
        be_frugal()
    seconds = time_limit
    if time_limit is not None:
        kept = RESERVED if _seeks_all(problem, remedies) and time_limit >= PATIENT else 0.0
        later = WRITING * len(problem.people) + min(REMEDIES, len(named or ())) + kept
        seconds = max(0.5 * time_limit, time_limit - (time.monotonic() - started) - later)
    with _live_line() as show, _kept_clean():
        plan = solve(
            problem,
            limits=Limits(seconds=seconds, threads=threads or os.cpu_count() or 1, seed=seed),
            on_progress=show,
            should_stop=should_stop,
        )
        plan = replace(plan, seconds=time.monotonic() - started)
        try:
            _write(plan, problem, output_path)
            if plan.status != INFEASIBLE and _seeks(problem, remedies) and not should_stop():
                # The plan is safe by now: whatever ends this early leaves some remedies to be asked for.
                most = REMEDIES if remedies == AUTO else math.inf
                left = most if time_limit is None else min(most, time_limit - plan.seconds - WRITING_AGAIN)
                plan = with_remedies(
                    problem, plan, seconds=left, should_stop=should_stop, people=named, on_progress=show
                )
                plan = replace(plan, seconds=time.monotonic() - started)
                _write(plan, problem, output_path)
        except OSError as error:
            _warn(f"{output_path}: cannot be written ({error.strerror or error})")
            return 2
    if as_json:
        _say(
            json.dumps(
                {
                    "status": plan.status,
                    "values": dict(plan.values),
                    "bounds": dict(plan.bounds),
                    "gaps": plan.gaps,
                    "seconds": round(plan.seconds, 3),
                }
            )
        )
    else:
        _say("\n".join([*_summary(problem, plan), *_told(plan, named or ())]))
    if plan.status == INFEASIBLE:
        for line in _placed(problem, plan.contradictions) if as_json else ():
            _warn(line)
        return 3
    if should_stop():
        _warn(f"interrupted: the best plan so far is in {output_path}")
    return 0


def leave(code: int) -> int:
    """End a command with `code`, also while a thread of OR-Tools lives on, which would abort the process."""
    if any(thread.name == THREAD for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _seeks(problem: Problem, remedies: str) -> bool:
    return remedies not in (AUTO, NONE) or _seeks_all(problem, remedies)


def _seeks_all(problem: Problem, remedies: str) -> bool:
    return remedies == AUTO and len(problem.people) <= ALL_REMEDIES


def _is_same_file(one: str | Path, other: str | Path) -> bool:
    try:
        return Path(one).samefile(other) and Path(one).is_file()
    except OSError:  # there is no such file
        return False


def _part(target: Path) -> Path:
    """Where a plan is written until it is whole: a name that nobody else has."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _writable(output_path: str | Path) -> None:
    """Raise `OSError` where the plan could not be written: better said before an hour of computing."""
    target = Path(output_path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not target.is_file():
        return
    part = _part(target.resolve())
    part.touch()
    part.unlink()


def _write(plan: Plan, problem: Problem, output_path: str | Path) -> None:
    text = json.dumps(plan.to_json(problem), separators=(",", ":"))
    target = Path(output_path).resolve()  # through a link, not instead of it
    if target.exists() and not target.is_file():
        target.write_text(text + "\n", encoding="utf-8")  # a device or a pipe stays one
        return
    part = _part(target)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(target)


def run_check(problem_path: str | Path, plan_path: str | Path, as_json: bool = False) -> int:
    """Verify a plan file against its problem file: 0 valid, 1 broken rules, 2 unreadable."""
    try:
        problem = load(problem_path)
        try:
            document = json.loads(Path(plan_path).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise ProblemError(f"{plan_path}: cannot be read ({error})") from error
        plan = Plan.from_json(document, problem)
    except ProblemError as error:
        _warn(error)
        return 2
    found = violations(problem, plan)
    if as_json:
        _say(json.dumps({"valid": not found, "violations": found}, ensure_ascii=False))
    else:
        for line in found:
            _say(f"VIOLATION {line}")
        _say(f"{len(found)} violations in {len(plan.visits)} visits")
    return 1 if found else 0


def _summary(problem: Problem, plan: Plan) -> list[str]:
    if plan.status == INFEASIBLE:
        return [
            "infeasible: the pinned visits contradict the rules",
            *_placed(problem, plan.contradictions),
        ]
    heads = plan.values["people"]
    lines = [
        (
            f"{plan.status}: {heads} of {len(problem.people)} people matched, {len(plan.visits)} visits,"
            f" {plan.seconds:.1f} s"
        ),
        f"{'level':<26}{'value':>12}{'bound':>14}{'gap':>14}",
    ]
    for level in problem.campaign.objective_order:
        name = MEASURE[level]
        bound = plan.bounds.get(name)
        lines.append(
            f"{WORDS[level]:<26}{plan.values[name]:>12}"
            + (f"{'–':>14}{'–':>14}" if bound is None else f"{_plain(bound):>14}{_gap(plan.gaps[name]):>14}")
        )
    if plan.status == FEASIBLE:
        lines.append("feasible: valid, but not every level is proven")
    return lines


def _gap(gap: float) -> str:
    return "not proven" if gap > FAR else f"{gap:.3%}"


def _told(plan: Plan, people: Collection[str]) -> list[str]:
    """What would match the people named on the command line."""
    rows = {row.person: row for row in plan.unmatched}
    lines = []
    for one in people:
        if one not in rows:
            lines.append(f"{one}: has a match")
        elif (found := rows[one].remedy) is not None:
            lines.append(f"{one}: {rows[one].text.en} {found.text.en}")
        else:
            lines.append(
                f"{one}: {rows[one].text.en} " + ("Nothing tried helps." if rows[one].sought else "No time.")
            )
    return lines


def _placed(problem: Problem, texts: Iterable[Text]) -> list[str]:
    """Contradictions, each with the place of the pin where it is about one alone."""
    places = {about(problem, visit).en: f"pinned[{n}]: " for n, visit in enumerate(problem.pinned)}
    return [places.get(text.en.partition(": ")[0] + ":", "") + text.en for text in texts]


def _how_far(progress: Progress) -> str:
    bound = "–" if progress.bound is None else _plain(progress.bound)
    if progress.level == EXPLAINING:
        return f"{EXPLAINING}: looked for {progress.value} of {bound} people without a match"
    return f"{LIVE.get(progress.level, progress.level)}: {progress.value} (bound {bound})"


def _plain(bound: float) -> str:
    """All digits of a bound: a whole number, or two decimals."""
    return f"{bound:.0f}" if bound == round(bound) else f"{bound:.2f}"


@contextmanager
def _live_line() -> Iterator[OnProgress]:
    """A callback that writes progress on standard error: one live line on a terminal, else one line each."""
    live = sys.stderr.isatty()
    last = ("", 0.0)

    def show(progress: Progress) -> None:
        nonlocal last
        level, since = last
        if not live and progress.level == level and progress.seconds - since < 0.2:
            return
        last = progress.level, progress.seconds
        line = f"{_how_far(progress)} {progress.seconds:.1f} s"
        sys.stderr.write(f"\r\x1b[K{line}" if live else line + "\n")
        sys.stderr.flush()

    try:
        yield show
    finally:
        if live:
            sys.stderr.write("\r\x1b[K")


@contextmanager
def _kept_clean() -> Iterator[None]:
    """Standard output is the command's own: what a library prints there goes to standard error.

    HiGHS now and then says a word, whatever it is told.
    """
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is none
        yield
        return
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C still holds back
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def _until_interrupted(before_us: ShouldStop) -> Iterator[ShouldStop]:
    """A function that says whether Ctrl-C or a termination was asked for, ``before_us`` or since."""
    times = [0]

    def ask(_number: int, _frame: FrameType | None) -> None:
        times[0] += 1
        line = STOPPING if times[0] == 1 and not before_us() else STILL_STOPPING
        with suppress(OSError):
            os.write(2, line)  # a signal may come in the middle of another write, which Python's would refuse

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            before[number] = signal.signal(number, ask)
        except ValueError:  # not the main thread: whoever runs us handles signals
            break
    try:
        yield lambda: times[0] > 0 or before_us()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
