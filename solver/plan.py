"""A plan: who visits whom when, how good it is, how good it could be at best, and why some have no match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from solver.fields import ProblemError, as_object, as_rows, as_text, said
from solver.problem import Problem, Visit

FORMAT = "vis-ma-vie/solution/1"
OPTIMAL, FEASIBLE, INFEASIBLE = "optimal", "feasible", "infeasible"
REASONS = ("no_common_day", "all_taken", "travel", "language", "closed", "own_rules")

MEASURE = {
    "people": "priority",
    "wishes": "wish_points",
    "changes": "changes",
    "travel": "travel_minutes",
    "days": "good_days",
}
"""The name under which each level of the objective is written in ``values``, ``bounds`` and ``gaps``."""

SENSE = {"people": 1, "wishes": 1, "changes": -1, "travel": -1, "days": 1}
"""1 where more is better, -1 where less is."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    fr: str
    en: str

    def to_json(self) -> dict[str, str]:
        return {"fr": self.fr, "en": self.en}


@dataclass(frozen=True, slots=True)
class Blocking:
    """One thing that stands in the way: a person, team, site, language, day or rule."""

    kind: str
    id: str
    day: str | None = None

    def to_json(self) -> dict[str, str]:
        out = {"kind": self.kind, "id": self.id}
        if self.day is not None:
            out["day"] = self.day
        return out


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that was tried by solving again, and how many more people it matches at least.

    ``change`` is a change as `solver.changes.apply` reads it: ``{"kind", "id", "day"?, "value"?}``. Where
    some people count more than others, the best plan then may prefer one of them to two others: ``gain`` is
    what it matches more for certain, maybe nobody, ``shown`` what the plan that was found matches more.
    """

    change: Mapping[str, Any]
    gain: int
    text: Text
    exact: bool = False
    """It is proven that no plan gains more by it."""
    points: int | None = None
    """What the best plan gains at least in points of priority, where people do not all count the same."""
    shown: int | None = None
    """So many people more, nobody losing theirs, in a valid plan of the same case."""

    def to_json(self) -> dict[str, Any]:
        return {
            "change": dict(self.change),
            "gain": self.gain,
            "exact": self.exact,
            **({} if self.points is None else {"points": self.points}),
            **({} if self.shown is None else {"shown": self.shown}),
            "text": self.text.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Why somebody has no match: a code of `REASONS`, a sentence, what blocks, the cheapest remedy known.

    Without a remedy, ``sought`` says whether none was found or none was sought yet (`solver.remedy` seeks
    it on request).
    """

    person: str
    reason: str
    text: Text
    blocking: tuple[Blocking, ...] = ()
    remedy: Remedy | None = None
    sought: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "reason": self.reason,
            "text": self.text.to_json(),
            "blocking": [item.to_json() for item in self.blocking],
            "remedy": None if self.remedy is None else self.remedy.to_json(),
            **({"remedy_on_request": True} if self.remedy is None and not self.sought else {}),
        }


@dataclass(frozen=True)
class Plan:
    """What `solver.solve` returns.

    ``values`` and ``bounds`` are keyed by measure (see `MEASURE`, and ``people``: heads). A bound holds given
    that the levels before it keep the plan's values; a level without a bound is not proven at all.
    """

    status: str
    visits: tuple[Visit, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)
    bounds: Mapping[str, float] = field(default_factory=dict)
    unmatched: tuple[Unmatched, ...] = ()
    contradictions: tuple[Text, ...] = ()
    seconds: float = 0.0
    seed: int = 0

    @property
    def gaps(self) -> dict[str, float]:
        """``|bound - value| / max(1, |bound|)`` of every level that has a bound; heads are no level."""
        return {
            name: round(abs(bound - self.values[name]) / max(1.0, abs(bound)), 6)
            for name, bound in self.bounds.items()
            if name in MEASURE.values() and name in self.values
        }

    def to_json(self, problem: Problem) -> dict[str, Any]:
        """The plan as a ``vis-ma-vie/solution/1`` document; the problem gives the days their dates."""
        days = [day.isoformat() for day in problem.campaign.days]
        return {
            "format": FORMAT,
            "status": self.status,
            "visits": [{"visitor": v.visitor, "host": v.host, "day": days[v.day]} for v in self.visits],
            "values": dict(self.values),
            "bounds": dict(self.bounds),
            "gaps": self.gaps,
            "unmatched": [row.to_json() for row in self.unmatched],
            "contradictions": [text.to_json() for text in self.contradictions],
            "seconds": round(self.seconds, 3),
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, document: object, problem: Problem) -> Plan:
        """Read a plan of this problem; raises `ProblemError` naming the place."""
        row = as_object(document, "plan")
        if row.get("format") != FORMAT:
            raise ProblemError(f'format: {said(row.get("format"))} is not "{FORMAT}"')
        if row.get("status") not in (OPTIMAL, FEASIBLE, INFEASIBLE):
            raise ProblemError(f"status: {said(row.get('status'))} is not a status")
        return cls(
            status=row["status"],
            visits=read_visits(as_rows(row, "visits"), problem.campaign.days),
            values=_numbers(row, "values"),
            bounds=_numbers(row, "bounds"),
            unmatched=tuple(
                _unmatched(value, f"unmatched[{n}]") for n, value in enumerate(as_rows(row, "unmatched"))
            ),
            contradictions=tuple(
                _sentence(value, f"contradictions[{n}]")
                for n, value in enumerate(as_rows(row, "contradictions"))
            ),
            seconds=float(row.get("seconds") or 0.0),
            seed=int(row.get("seed") or 0),
        )


def read_visits(rows: Sequence[object], days: Sequence[date]) -> tuple[Visit, ...]:
    """The visits of a plan; raises `ProblemError` for one that is not on a campaign day."""
    index = {day.isoformat(): n for n, day in enumerate(days)}
    visits = []
    for n, value in enumerate(rows):
        place = f"visits[{n}]"
        row = as_object(value, place)
        day = as_text(row, "day", place)
        if day not in index:
            raise ProblemError(f"{place}.day: {said(day)} is not a campaign day")
        visits.append(Visit(as_text(row, "visitor", place), as_text(row, "host", place), index[day]))
    return tuple(visits)


def _numbers(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    numbers = as_object(row.get(name) or {}, name)
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ProblemError(f"{name}.{key}: {said(value)} is not a number")
    return dict(numbers)


def _sentence(value: object, place: str) -> Text:
    row = as_object(value, place)
    return Text(as_text(row, "fr", place), as_text(row, "en", place))


def _unmatched(value: object, place: str) -> Unmatched:
    row = as_object(value, place)
    remedy = row.get("remedy")
    return Unmatched(
        person=as_text(row, "person", place),
        reason=as_text(row, "reason", place),
        text=_sentence(row.get("text"), f"{place}.text"),
        blocking=tuple(
            Blocking(as_text(item, "kind", place), as_text(item, "id", place), item.get("day"))
            for item in as_rows(row, "blocking")
        ),
        remedy=None
        if remedy is None
        else Remedy(
            as_object(remedy.get("change"), f"{place}.remedy.change"),
            int(remedy.get("gain") or 0),
            _sentence(remedy.get("text"), f"{place}.remedy.text"),
            exact=bool(remedy.get("exact")),
            points=remedy.get("points"),
            shown=remedy.get("shown"),
        ),
        sought=not row.get("remedy_on_request", False),
    )
