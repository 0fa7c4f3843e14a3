"""All that whoever imports a file is shown before they confirm it, days to come included. Confirming does
that, or nothing: what changed meanwhile is shown first (`fingerprint`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from app.people.importing.report import ImportReport
from app.people.importing.run import fingerprint
from app.teams.importing.run import RosterPlan
from app.teams.leadership import Leadership, made_led
from app.teams.queries import EndingDelegation, delegations_ending
from app.visits import bookings
from app.visits.bookings import AskedFor, Ended, Unled
from app.visits.foreseen import Foreseen, foreseen
from app.visits.kept import EndingKept, asked_ended_by, ended_by
from app.visits.leaving import Departures, departures
from app.visits.provisional import becoming_provisional
from app.visits.queries import SeenVisit
from app.visits.rosters import Contradicted, contradicted


@dataclass(frozen=True)
class FilePreview:
    """What a file of sites, teams or people would change."""

    report: ImportReport
    departures: Departures
    delegations: list[EndingDelegation]
    days: list[Foreseen]
    ending: list[Ended]
    leadership: Leadership
    unled: list[Unled]

    @property
    def fingerprint(self) -> str:
        """Stands for all of it."""
        gone = self.departures
        return _digest(
            fingerprint(self.report),
            *(_visits(those) for those in (gone.falling, gone.tutored, gone.contrary)),
            [one.id for one in (*gone.told, *gone.ending)],
            [one.delegation.id for one in self.delegations],
            [
                (one.visit_id, one.day, one.visitor.id, one.host.id, one.becomes, one.words)
                for one in self.days
            ],
            [(one.request_id, one.day, one.asker_off) for one in self.ending],
            self.leadership,
            self.unled,
        )


def preview_file(session: Session, report: ImportReport, today: date) -> FilePreview:
    """What follows from a report on a file that is only looked at."""
    gone = [one.person_id for one in report.leavers]
    return FilePreview(
        report,
        departures(session, gone, today),
        delegations_ending(session, gone, today) if gone else [],
        foreseen(session, report, today),
        _ending(session, report, today),
        made_led(session, report.staff),
        bookings.left_unled(session, gone, report.managed),
    )


def _ending(session: Session, report: ImportReport, today: date) -> list[Ended]:
    """What is asked for, kept or waited for and would end, each once, by day."""
    found = {one.request_id: one for one in bookings.ending_with_moves(session, report.moved, today)}
    found |= {one.request_id: one for one in bookings.ending_with_weeks(session, report.weeks, today)}
    return sorted(found.values(), key=lambda one: (one.day, one.request_id))


@dataclass(frozen=True)
class RosterPreview:
    """What a roster would change."""

    plan: RosterPlan
    contradicted: Contradicted
    kept_ending: list[EndingKept]
    asked_ending: list[AskedFor]
    provisional: list[SeenVisit]

    @property
    def fingerprint(self) -> str:
        """Stands for all of it."""
        what = self.contradicted
        those = (what.planned, what.booked, what.shared, what.received, what.waiting)
        return _digest(
            fingerprint(self.plan.report),
            *([(one.seen.visit.id, one.seen.visit.day, one.words) for one in found] for found in those),
            [(one.kept.day, one.kept.visitor.id, one.kept.host.id, one.ends) for one in self.kept_ending],
            [(one.request_id, one.day) for one in self.asked_ending],
            _visits(self.provisional),
        )


def preview_roster(session: Session, plan: RosterPlan, today: date) -> RosterPreview:
    """What follows from a roster that is only looked at."""
    return RosterPreview(
        plan,
        contradicted(session, plan, today),
        ended_by(session, plan),
        asked_ended_by(session, plan),
        becoming_provisional(session, plan, today),
    )


def _visits(seen: Iterable[SeenVisit]) -> list[tuple[Any, ...]]:
    return [(one.visit.id, one.visit.day, one.visit.visitor_id, one.visit.host_id) for one in seen]


def _digest(*what: object) -> str:
    return sha256(repr(what).encode()).hexdigest()[:32]
