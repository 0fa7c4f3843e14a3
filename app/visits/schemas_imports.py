"""What an import would make of days to come, as JSON."""

from datetime import date

from app.core.forms import AnswerModel
from app.people.schemas import ReportShape
from app.visits.bookings import Ended
from app.visits.foreseen import Becomes, Change, Foreseen


class ChangeShape(AnswerModel):
    """What changes of a day, and in words."""

    kind: Change
    words: str


class DayShape(AnswerModel):
    """A day to come; `visit_id` null: a place that is kept until its visitor answers."""

    visit_id: int | None
    day: date
    visitor: str
    host: str
    campaign: str | None
    becomes: Becomes
    changes: list[ChangeShape]


class EndedShape(AnswerModel):
    """A request for a day, a place in line or one that is kept, which a file ends."""

    request_id: int
    day: date
    person: str
    team: str
    asker_off: bool = False
    """Since whoever asked will not be at work then."""


class ImportShape(ReportShape):
    """What an import did, or would do."""

    days: list[DayShape] | None = None
    """Days to come of which something would change, by day; null once it is done."""
    ending: list[EndedShape] | None = None
    """What would end of what was asked for and is no visit yet, since whoever was named to receive changes
    team, or whoever asked is not at work then, by day; null once it is done."""
    shown: str | None = None
    """Names all of this, for the import that does it or nothing; null once it is done."""


def ended_shape(one: Ended) -> EndedShape:
    """What would end, as programs read it."""
    return EndedShape(
        request_id=one.request_id,
        day=one.day,
        person=one.person.name,
        team=one.team,
        asker_off=one.asker_off,
    )


def day_shape(one: Foreseen) -> DayShape:
    """A day as programs read it."""
    return DayShape(
        visit_id=one.visit_id,
        day=one.day,
        visitor=one.visitor.name,
        host=one.host.name,
        campaign=one.campaign or None,
        becomes=one.becomes,
        changes=[ChangeShape(kind=kind, words=words) for kind, words in one.changes],
    )
