"""What people count on in a campaign of which HR change the days, or who is invited: none of it is left
outside without a word. A visit to come stands in the way until it is moved or cancelled; a request that waits
ends, its asker told, once HR confirmed it; so does a yes to a planned campaign, or a day given with it.

Visits, requests and answers stand above campaigns. Booking knows them all; it answers here once it is loaded,
as it is wherever the service runs.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sqlmodel import Session

from app.campaigns.calendar import SATURDAY, campaign_days
from app.campaigns.errors import OutsideCampaign
from app.campaigns.invited import invited_among
from app.campaigns.tables import Campaign, Status
from app.core.i18n import _, ngettext
from app.core.templating import long_day


class Outside(StrEnum):
    """Why something is no longer within a campaign."""

    DAY = "outside"
    PERSON = "uninvited"


@dataclass(frozen=True)
class Commitment:
    """A visit to come, or something asked for that waits."""

    day: date
    people: frozenset[int]
    """Ids of those on whose invitation it rests: the people of a visit, the asker of a request."""
    request_id: int | None = None
    """None for a visit."""


@dataclass(frozen=True)
class Yes:
    """What somebody answered to a planned campaign."""

    days: frozenset[date]
    """Those given that are days of the campaign."""
    suffices: bool
    """A visit can be planned on them."""


class Keeper(Protocol):
    """What booking answers about commitments, and about answers."""

    def commitments(self, session: Session, campaign_id: int, today: date) -> list[Commitment]:
        """Everything from today on, by day. Two queries."""

    def end(self, session: Session, request_ids: Collection[int], why: Outside, now: datetime) -> None:
        """These requests are over, and their askers told why."""

    def answers(self, session: Session, campaign: Campaign) -> dict[int, Yes]:
        """Of everybody invited who said yes, by id; none where days are booked. One query."""


_keepers: list[Keeper] = []


def kept_by(keeper: Keeper) -> None:
    """From now on `keeper` answers."""
    _keepers[:] = [keeper]


@dataclass(frozen=True)
class Moved:
    """Of whom, of those still invited, days given count no more; and of whom some count again, and none is
    lost: by id."""

    losing: list[int]
    regaining: list[int]


@dataclass(frozen=True)
class Within:
    """What lies within a campaign as it stands: read before a change, compared after it."""

    found: list[Commitment]
    days: frozenset[date]
    people: frozenset[int]
    answers: dict[int, Yes]


def within(session: Session, campaign: Campaign, today: date) -> Within:
    """Read it. Four queries."""
    found = [one for keeper in _keepers for one in keeper.commitments(session, campaign.id or 0, today)]
    return _compared(session, campaign, found)


def people_of_visits(session: Session, campaign_id: int, today: date) -> set[int]:
    """Who has a visit to come. Two queries."""
    found = [one for keeper in _keepers for one in keeper.commitments(session, campaign_id, today)]
    return {id_ for one in found if one.request_id is None for id_ in one.people}


def require_kept(
    session: Session,
    campaign: Campaign,
    before: Within,
    *,
    now: datetime,
    ends_requests: bool,
    loses_answers: bool,
) -> Moved:
    """After the change: nothing that lay within the campaign is outside it. What already was stays as it is.
    `ends_requests`: HR confirmed that requests end; `loses_answers`: that answers, or days given, no longer
    count. Raises `OutsideCampaign`."""
    after = _compared(session, campaign, before.found)
    days, people = before.days - after.days, before.people - after.people
    by_day = [one for one in before.found if one.day in days]
    by_person = [one for one in before.found if one.day not in days and one.people & people]
    ending = [one for one in (*by_day, *by_person) if one.request_id is not None]
    standing = [one.day for one in (*by_day, *by_person) if one.request_id is None]
    faults = {
        **_faults_of_days(campaign, [one for one in by_day if one.request_id is None]),
        **_faults_of_people([one for one in by_person if one.request_id is None]),
        **({} if ends_requests else _faults_of_requests(ending)),
        **({} if loses_answers else _faults_of_answers(campaign, before, after)),
    }
    if faults:
        raise OutsideCampaign(faults, standing)
    for why, found in ((Outside.DAY, by_day), (Outside.PERSON, by_person)):
        if ids := [one.request_id for one in found if one.request_id is not None]:
            _keepers[0].end(session, ids, why, now)
    losing = _losing(before, after)
    return Moved(losing, sorted(set(_losing(after, before)) - set(losing)))


def _compared(session: Session, campaign: Campaign, found: list[Commitment]) -> Within:
    counted = {day for day in campaign_days(campaign) if day.isoformat() not in campaign.closing_days}
    people = invited_among(session, campaign, {id_ for one in found for id_ in one.people})
    days = frozenset(one.day for one in found if one.day in counted)
    answers = {id_: yes for keeper in _keepers for id_, yes in keeper.answers(session, campaign).items()}
    return Within(found, days, frozenset(people), answers)


def _losing(before: Within, after: Within) -> list[int]:
    kept = after.answers
    return sorted(id_ for id_, yes in before.answers.items() if id_ in kept and yes.days - kept[id_].days)


def _faults_of_days(campaign: Campaign, visits: Iterable[Commitment]) -> dict[str, str]:
    """By the field that takes their days out."""
    found: dict[str, list[date]] = {}
    for one in visits:
        found.setdefault(_field_of(campaign, one.day), []).append(one.day)
    return {
        field: ngettext(
            "%(n)s journée est prévue sur ce que vous retirez, le %(last)s : déplacez-la ou annulez-la "
            "d’abord.",
            "%(n)s journées sont prévues sur ce que vous retirez, la dernière le %(last)s : déplacez-les ou "
            "annulez-les d’abord.",
            len(days),
        )
        % {"n": len(days), "last": long_day(max(days))}
        for field, days in found.items()
    }


def _field_of(campaign: Campaign, day: date) -> str:
    if day < campaign.first_day:
        return "first_day"
    if day > campaign.last_day:
        return "last_day"
    return "saturdays" if day.weekday() == SATURDAY and not campaign.saturdays else "closing_days"


def _faults_of_people(visits: list[Commitment]) -> dict[str, str]:
    if not visits:
        return {}
    sentence = ngettext(
        "%(n)s journée est prévue avec quelqu’un qui ne serait plus invité, le %(last)s : annulez-la "
        "d’abord, ou gardez cette personne invitée.",
        "%(n)s journées sont prévues avec des personnes qui ne seraient plus invitées, la dernière le "
        "%(last)s : annulez-les d’abord, ou gardez ces personnes invitées.",
        len(visits),
    )
    return {"groups": sentence % {"n": len(visits), "last": long_day(max(one.day for one in visits))}}


def _faults_of_requests(ending: list[Commitment]) -> dict[str, str]:
    if not ending:
        return {}
    people = len({id_ for one in ending for id_ in one.people})
    requests = ngettext(
        "Une demande ou attente prend fin", "%(n)s demandes ou attentes prennent fin", len(ending)
    ) % {"n": len(ending)}
    told = ngettext("une personne en lit la raison", "%(n)s personnes en lisent la raison", people)
    sentence = _("%(requests)s avec ce changement, et %(told)s : confirmez-le.")
    return {"ends_requests": sentence % {"requests": requests, "told": told % {"n": people}}}


def _faults_of_answers(campaign: Campaign, before: Within, after: Within) -> dict[str, str]:
    losing = _losing(before, after)
    said = [
        *_uninvited_in_words(len(before.answers.keys() - after.answers.keys())),
        *_losing_in_words(len(after.answers), len(losing)),
        *_short_in_words(campaign, sum(not after.answers[id_].suffices for id_ in losing)),
    ]
    return {"loses_answers": " ".join([*said, _("Confirmez-le.")])} if said else {}


def _uninvited_in_words(count: int) -> list[str]:
    if not count:
        return []
    sentence = ngettext(
        "Une personne qui avait dit oui ne serait plus invitée, et le lit.",
        "%(n)s personnes qui avaient dit oui ne seraient plus invitées, et le lisent.",
        count,
    )
    return [sentence % {"n": count}]


def _losing_in_words(yes: int, count: int) -> list[str]:
    if not count:
        return []
    sentence = ngettext(
        "Une personne perd des jours qu’elle avait donnés, et le lit.",
        "%(n)s personnes perdent des jours qu’elles avaient donnés, et le lisent.",
        count,
    )
    return [_("Réponses oui : %(n)s.") % {"n": yes}, sentence % {"n": count}]


def _short_in_words(campaign: Campaign, count: int) -> list[str]:
    if not count:
        return []
    sentence = (
        ngettext(
            "Une personne n’en garde pas assez pour participer : le message lui en demande d’autres.",
            "%(n)s personnes n’en gardent pas assez pour participer : le message leur en demande d’autres.",
            count,
        )
        if campaign.status == Status.OPEN
        else ngettext(
            "Une personne n’en garde pas assez pour participer, et les inscriptions sont closes : "
            "rouvrez-les pour lui en demander d’autres.",
            "%(n)s personnes n’en gardent pas assez pour participer, et les inscriptions sont closes : "
            "rouvrez-les pour leur en demander d’autres.",
            count,
        )
    )
    return [sentence % {"n": count}]
