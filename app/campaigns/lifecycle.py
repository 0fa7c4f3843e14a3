"""The life of a campaign: one table of its steps.

Each line reads aloud: from `before` to `after`, by HR or by the clock; what must hold (`needs`, reasons in
words); when the clock does it (`due`); what it triggers (`event`, recorded here, never by the caller); which
campaigns have it (`fits`).
`offered=False`: the step comes with work done elsewhere (publication); the campaign's pages do not offer it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.calendar import campaign_days, plannable_days
from app.campaigns.errors import ImpossibleStep, NotReady
from app.campaigns.invited import invited_counts
from app.campaigns.rules import faults, faults_today, terms_of
from app.campaigns.tables import Booking, Campaign, Status, StatusChange
from app.core import jobs
from app.core.errors import Stale
from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.people.tables import Side


class By(StrEnum):
    """Who takes a step."""

    HR = "hr"
    CLOCK = "clock"


@dataclass(frozen=True)
class Asked:
    """A step somebody asks for, as its conditions see it."""

    session: Session
    campaign: Campaign
    today: date
    reason: str
    changes: dict[str, Any]


Need = Callable[[Asked], list[str]]
Due = Callable[[Campaign, date], bool]


def checklist_complete(asked: Asked) -> list[str]:
    """The information sheet is out and the staff representatives have been informed."""
    reasons = []
    for day, missing, ahead in (
        (
            asked.campaign.information_sheet_on,
            _("Publiez la fiche d’information, puis notez-en la date dans la liste de lancement."),
            _("La fiche d’information n’est publiée que le %(day)s : ouvrez à partir de ce jour."),
        ),
        (
            asked.campaign.representatives_informed_on,
            _("Informez les représentants du personnel, puis notez-en la date dans la liste de lancement."),
            _("Les représentants du personnel ne sont informés que le %(day)s : ouvrez à partir de ce jour."),
        ),
    ):
        if day is None:
            reasons.append(missing)
        elif day > asked.today:
            reasons.append(ahead % {"day": long_day(day)})
    return reasons


def dates_stand(asked: Asked) -> list[str]:
    """The dates hold together, lie ahead, and leave the notice."""
    terms = terms_of(asked.campaign, **asked.changes)
    # Nobody enrols where every day is booked.
    late = {} if is_booked_openly(asked.campaign) else faults_today(terms, asked.today)
    return [*faults(terms).values(), *late.values()]


def a_day_is_open(asked: Asked) -> list[str]:
    """At least one day of the campaign is no closing day."""
    closings = set(asked.campaign.closing_days)
    if any(day.isoformat() not in closings for day in campaign_days(asked.campaign)):
        return []
    return [_("La campagne n’a aucun jour ouvert : changez les dates ou les jours de fermeture.")]


def both_sides_invited(asked: Asked) -> list[str]:
    """Somebody of each side is invited: one cannot exchange alone."""
    invited = invited_counts(asked.session, asked.campaign)
    sentences = {
        Side.BACK: _("Personne du back-office n’est invité : ajoutez au moins une équipe."),
        Side.FRONT: _("Personne du front-office n’est invité : ajoutez au moins une équipe."),
    }
    return [sentence for side, sentence in sentences.items() if not invited.of_side(side)]


def notice_left(asked: Asked) -> list[str]:
    """A day is left that can be announced early enough."""
    if plannable_days(asked.campaign, asked.today):
        return []
    return [
        ngettext(
            "Plus aucun jour ne laisse %(notice)s jour de prévenance : repoussez le dernier jour.",
            "Plus aucun jour ne laisse %(notice)s jours de prévenance : repoussez le dernier jour.",
            asked.campaign.notice_days,
        )
        % {"notice": asked.campaign.notice_days}
    ]


def reason_given(asked: Asked) -> list[str]:
    """Who had prepared the campaign reads why it stops."""
    return [] if asked.reason.strip() else [_("Dites pourquoi : les personnes concernées le liront.")]


def is_planned(campaign: Campaign) -> bool:
    """A plan is made of the answers."""
    return not is_booked_openly(campaign)


def is_booked_openly(campaign: Campaign) -> bool:
    """No plan: every day is booked."""
    return campaign.booking == Booking.OPEN


def every_campaign(campaign: Campaign) -> bool:
    """Whatever the campaign."""
    return True


def enrolment_over(campaign: Campaign, today: date) -> bool:
    """The last day of enrolment is past."""
    return today > campaign.enrol_until


def first_day_come(campaign: Campaign, today: date) -> bool:
    """The first day is here."""
    return today >= campaign.first_day


def last_day_over(campaign: Campaign, today: date) -> bool:
    """The last day is past."""
    return today > campaign.last_day


def debriefs_over(campaign: Campaign, today: date) -> bool:
    """The last day of the debriefs is past."""
    return today > campaign.debrief_until


@dataclass(frozen=True)
class Step:
    """One line of the table."""

    before: Status
    after: Status
    by: frozenset[By]
    event: str | None
    needs: tuple[Need, ...] = ()
    due: Due | None = None
    offered: bool = True
    fits: Callable[[Campaign], bool] = every_campaign
    """Which campaigns have this step."""
    booked_event: str | None = None
    """Its event where every day is booked, when it is another one."""

    def event_of(self, campaign: Campaign) -> str | None:
        """What taking the step triggers."""
        return self.booked_event if self.booked_event and is_booked_openly(campaign) else self.event


HR, CLOCK, BOTH = frozenset({By.HR}), frozenset({By.CLOCK}), frozenset({By.HR, By.CLOCK})

OPENING: tuple[Need, ...] = (checklist_complete, dates_stand, a_day_is_open, both_sides_invited)

STEPS: tuple[Step, ...] = (
    Step(Status.DRAFT, Status.OPEN, HR, "campaign.opened", OPENING, booked_event="booking.opened"),
    Step(Status.OPEN, Status.PLANNING, BOTH, "campaign.planning", due=enrolment_over, fits=is_planned),
    Step(Status.OPEN, Status.RUNNING, CLOCK, "campaign.running", due=first_day_come, fits=is_booked_openly),
    Step(Status.PLANNING, Status.OPEN, HR, None, (dates_stand,)),
    Step(Status.PLANNING, Status.PUBLISHED, HR, "campaign.published", (notice_left,), offered=False),
    Step(Status.PUBLISHED, Status.RUNNING, CLOCK, "campaign.running", due=first_day_come),
    Step(Status.RUNNING, Status.DEBRIEFING, CLOCK, "campaign.debriefing", due=last_day_over),
    Step(Status.DEBRIEFING, Status.CLOSED, BOTH, "campaign.closed", due=debriefs_over),
    *(
        Step(before, Status.CANCELLED, HR, "campaign.cancelled", (reason_given,))
        for before in Status
        if before not in {Status.CLOSED, Status.CANCELLED}
    ),
)

_TABLE = {(step.before, step.after): step for step in STEPS}


def find_step(before: Status, after: Status) -> Step | None:
    """The line of the table, None when there is no such step."""
    return _TABLE.get((before, after))


def steps_from(campaign: Campaign, by: By) -> list[Step]:
    """What HR or the clock may do from here."""
    return [
        step for step in STEPS if step.before == campaign.status and by in step.by and step.fits(campaign)
    ]


def refusals(
    session: Session, campaign: Campaign, to: Status, today: date, *, reason: str = "", **changes: Any
) -> list[str]:
    """What is missing for a step, one sentence each; empty when it could be taken now."""
    step = find_step(campaign.status, to)
    if step is None or not step.fits(campaign):
        return [ImpossibleStep(campaign.status, to).message()]
    asked = Asked(session, campaign, today, reason, changes)
    return [sentence for need in step.needs for sentence in need(asked)]


def transition(
    session: Session,
    campaign: Campaign,
    to: Status,
    *,
    actor: Actor | None,
    now: datetime,
    today: date,
    reason: str = "",
    **changes: Any,
) -> None:
    """Take a step of the table: new state, trace, audit, and event in one transaction.

    `actor` None is the clock. `changes` are columns that change with the step (a new `enrol_until`). Of two
    people who ask at once, one wins and the other gets `Stale`. Raises `ImpossibleStep` and `NotReady`.
    """
    before, by = campaign.status, By.CLOCK if actor is None else By.HR
    step = find_step(before, to)
    if (
        step is None
        or not step.fits(campaign)
        or by not in step.by
        or (actor is not None and not actor.is_hr)
    ):
        raise ImpossibleStep(before, to)
    if by is By.CLOCK and not (step.due and step.due(campaign, today)):
        raise ImpossibleStep(before, to)
    missing = refusals(session, campaign, to, today, reason=reason, **changes)
    if missing:
        raise NotReady(missing)
    session.flush()
    done = session.exec(
        update(Campaign)
        .where(
            col(Campaign.id) == campaign.id,
            col(Campaign.status) == before,
            col(Campaign.version) == campaign.version,
        )
        .values(status=to, version=campaign.version + 1, **changes)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(campaign)
    assert campaign.id is not None
    account_id = actor.account_id if actor else None
    session.add(
        StatusChange(
            campaign_id=campaign.id,
            before=before,
            after=to,
            account_id=account_id,
            at=now,
            reason=reason.strip(),
        )
    )
    audit(
        session, account_id, f"campaign.{to.value}", f"campaign:{campaign.id}", now=now, before=before.value
    )
    if (event := step.event_of(campaign)) is not None:
        jobs.record(session, event, campaign_id=campaign.id)


def due_step(campaign: Campaign, today: date) -> Step | None:
    """What the clock does now with a campaign, None when nothing."""
    for step in steps_from(campaign, By.CLOCK):
        if step.due is not None and step.due(campaign, today):
            return step
    return None
