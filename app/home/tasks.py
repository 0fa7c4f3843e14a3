"""What somebody has to do now, from every feature below. Readings only."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session

from app.availability.given import Given
from app.availability.queries import campaigns_short_of_days, unanswered_campaigns
from app.booking import host_left
from app.booking import queries as bookings
from app.booking.guards import led_team_ids
from app.booking.queries import SeenRequest
from app.booking.tables import Place
from app.campaigns.tables import Campaign
from app.core.i18n import _, ngettext, of
from app.core.templating import day_month, day_range, long_day, when
from app.debriefs.queries import OwnDebrief, debriefs_of
from app.debriefs.rules import DebriefState, state_of
from app.debriefs.tables import Role
from app.home.lost_days import closed_since, find_day, may_move, off_then, other_of
from app.home.task import Task, TaskKind
from app.people.tables import Person, Team
from app.visits import queries as visits
from app.visits.conditions import conditions_of_teams, too_young
from app.visits.marks import closed_among, closed_words
from app.visits.moving import finds_day
from app.visits.queries import SeenVisit
from app.visits.reading import minors_received_by, open_proposals, uncontested_among
from app.visits.rosters import conflicts_of
from app.visits.rules import (
    ABSENCE_ASKED,
    confirmed_by,
    crosses_companies,
    do_not_travel,
    doubt_words,
    is_ahead,
    is_unknown,
)
from app.visits.showing import by_of
from app.visits.tables import Proposal


def asked_tasks(
    session: Session, person: Person, *, today: date, now: datetime, reads: bool = True
) -> list[Task]:
    """What waits for an answer: places held for a while, requests, fresh debriefs, campaigns. `reads`: they
    are read, not only counted, and say whether another day is possible: some fifteen queries for each day
    lost."""
    assert person.id is not None
    forms = [
        form
        for form in debriefs_of(session, person.id, unsent_only=True)
        if state_of(form.visit, form.campaign, form.sent, now) == DebriefState.OPEN
    ]
    waiting = unanswered_campaigns(session, person, today)
    teams = led_team_ids(session, person)
    return [
        *(_offer(seen) for seen in bookings.offers_of(session, person.id, now)),
        *(_to_answer(session, person, teams) if teams else ()),
        *(who_receives(host_left.without_host(session, today, team_ids=teams)) if teams else ()),
        *(_exceptions(session, person, teams, today) if teams else ()),
        *(_debrief(form, person, today) for form in forms),
        *_visit_tasks(session, person, today, reads=reads),
        *(_answer(campaign) for campaign in waiting),
        *(
            _choose_days(campaign, given)
            for campaign, given in campaigns_short_of_days(session, person, today)
        ),
    ]


def _visit_tasks(session: Session, person: Person, today: date, *, reads: bool) -> list[Task]:
    """Proposals to answer, days to find, days to confirm: the soonest first."""
    swaps = visits.as_swaps(visits.visits_of(session, person))
    legs = [leg for swap in swaps for leg in swap.legs if leg.has(person.id)]
    proposals = open_proposals(session, [leg.visit.id for leg in legs if leg.visit.id is not None])
    asked = [
        _reply(leg, person, found)
        for leg in legs
        if (found := proposals.get(leg.visit.id or 0)) is not None and found.by_id != person.id
    ]
    fallen = [
        (leg, swap.other(leg.visit.id))
        for swap in swaps
        if (leg := swap.fallen) is not None and leg.visit.id not in proposals and leg.may_be_made_up(today)
    ]
    waived = _adults_only(session, person, legs)
    ahead = [leg for leg in legs if is_ahead(leg.visit, today) and leg.visit.id not in proposals]
    left = [other for _leg, other in fallen if other is not None]
    off = {one.seen.visit.id: one for one in conflicts_of(session, [*ahead, *left], today)}
    closed = closed_among(session, ahead, today) if reads else set()
    to_find = [
        find_day(leg, other, person, today, off.keys(), found=not reads or finds_day(session, leg, today))
        for leg, other in fallen
    ]
    to_confirm = [
        off_then(
            off[leg.visit.id],
            person,
            found=not reads or may_move(session, off[leg.visit.id], person, today),
            closed=leg.visit.id in closed,
        )
        if leg.visit.id in off
        else _too_young(leg)
        if leg.visit.id in waived
        else _confirm(leg, person, today, closed=leg.visit.id in closed)
        for leg in ahead
        if leg.visit.id in off or not confirmed_by(leg.visit, by_of(leg, person))
    ]
    shut = [
        closed_since(leg, person)
        for leg in ahead
        if leg.visit.id in closed and leg.visit.id not in off and confirmed_by(leg.visit, by_of(leg, person))
    ]
    return [*asked, *_said_absent(session, person, legs, today), *to_find, *to_confirm, *shut]


def _adults_only(session: Session, person: Person, legs: list[SeenVisit]) -> set[int | None]:
    """Days to which a minor may go only if the team makes an exception."""
    if not person.under_18:
        return set()
    asks = conditions_of_teams(session, {leg.host_team.id for leg in legs if leg.host_team.id is not None})
    return {
        leg.visit.id
        for leg in legs
        if leg.visitor.id == person.id and too_young(person, leg.visit, asks.get(leg.host_team.id or 0))
    }


def _too_young(leg: SeenVisit) -> Task:
    return Task(
        TaskKind.EXCEPTION,
        _("Votre journée chez %(name)s attend une exception") % {"name": leg.host.name},
        _("Cette équipe ne reçoit que des adultes : parlez-en à son responsable."),
        f"/visits/{leg.visit.id}",
        _("Voir la journée"),
        "warn",
    )


def _said_absent(session: Session, person: Person, legs: list[SeenVisit], today: date) -> list[Task]:
    """Lately somebody said that this person did not come, and has no answer; HR have not ruled."""
    past = {leg.visit.id: leg for leg in legs if leg.visit.id is not None and leg.visit.day <= today}
    return [
        Task(
            TaskKind.ABSENCE,
            _("On vous a dit absent le %(day)s") % {"day": long_day(leg.visit.day)},
            _("Vous étiez là, ou vous n’avez pas pu venir ? Dites-le : vos RH lisent les deux versions."),
            f"/visits/{leg.visit.id}/absence/contestation",
            _("Répondre"),
            "warn",
        )
        for report in uncontested_among(session, list(past))
        for leg in (past[report.visit_id],)
        if report.absent == by_of(leg, person)
        and leg.visit.ruled_at is None
        and report.recorded_at.date() >= today - ABSENCE_ASKED
    ]


def _reply(leg: SeenVisit, person: Person, found: Proposal) -> Task:
    said = {"name": other_of(leg, person).name, "day": long_day(found.day) if found.day else ""}
    title = (
        _("%(name)s vous propose le %(day)s") % said
        if found.day
        else _("%(name)s vous propose d’en rester à une journée") % said
    )
    text = _("Répondez en deux touches.")
    return Task(TaskKind.PROPOSAL, title, text, f"/visits/{leg.visit.id}/answer", _("Répondre"), "calendar")


def _confirm(leg: SeenVisit, person: Person, today: date, *, closed: bool) -> Task:
    """`closed`: the team that receives closed the day."""
    said = {"name": other_of(leg, person).name, "day": long_day(leg.visit.day)}
    title = (
        _("Confirmez votre journée chez %(name)s") % said
        if leg.visitor.id == person.id
        else _("Confirmez que vous recevez %(name)s") % said
    )
    text = _("Le %(day)s.") % said
    if do_not_travel(leg.visit, crosses=leg.crosses, today=today):
        text = _("Le %(day)s. La convention manque encore : personne ne se déplace avant.") % said
    if closed:
        text = f"{text} {closed_words(receives=leg.visitor.id != person.id)}"
    return Task(
        TaskKind.CONFIRMATION,
        title,
        text,
        f"/visits/{leg.visit.id}/confirmation",
        _("Confirmer"),
        "check",
    )


def _offer(seen: SeenRequest) -> Task:
    said = {"team": seen.host_team.name, "day": long_day(seen.request.day)}
    due = seen.request.due_at
    return Task(
        TaskKind.OFFER,
        _("Une autre place vous est gardée dans l’équipe %(team)s le %(day)s") % said
        if seen.request.instead_of_id is not None
        else _("Une place s’est libérée dans l’équipe %(team)s le %(day)s") % said,
        _("Elle vous est gardée jusqu’au %(due)s.") % {"due": when(due)} if due else "",
        f"/booking/requests/{seen.request.id}",
        _("Répondre"),
        "clock",
    )


def _to_answer(session: Session, person: Person, teams: Collection[int]) -> list[Task]:
    count = bookings.count_to_answer(session, teams, person.id)
    if not count:
        return []
    title = ngettext(
        "%(n)s demande attend votre réponse", "%(n)s demandes attendent votre réponse", count
    ) % {"n": count}
    text = _("Des collègues aimeraient passer une journée dans votre équipe.")
    return [Task(TaskKind.REQUESTS, title, text, "/team/requests", _("Voir les demandes"), "people")]


def who_receives(places: list[tuple[Place, Team]]) -> list[Task]:
    """Places that wait for somebody to be named, as one thing to do."""
    if not places:
        return []
    place, team = places[0]
    title = ngettext(
        "Dites qui reçoit : « %(job)s », %(team)s",
        "Dites qui reçoit : %(n)s places n’ont personne",
        len(places),
    ) % {"n": len(places), "job": place.job, "team": team.name}
    text = _("La personne nommée n’est plus dans l’équipe. D’ici là, personne ne peut réserver.")
    href = f"/team/places/{place.id}/edit" if len(places) == 1 else "/team/places"
    return [Task(TaskKind.PLACE_HOST, title, text, href, _("Dire qui reçoit"), "people")]


def _exceptions(session: Session, person: Person, teams: Collection[int], today: date) -> list[Task]:
    """Visitors whom one's teams do not receive for their age: an exception, or the day falls."""
    young = minors_received_by(session, teams, today)
    asks = conditions_of_teams(session, {leg.host_team.id or 0 for leg in young}) if young else {}
    return [
        Task(
            TaskKind.YOUNG_VISITOR,
            _("%(name)s n’a pas l’âge que votre équipe demande") % {"name": leg.visitor.name},
            _("Journée du %(day)s avec %(host)s : faites une exception, ou annulez-la.")
            % {"day": long_day(leg.visit.day), "host": leg.host.name},
            f"/visits/{leg.visit.id}",
            _("Voir la journée"),
            "warn",
        )
        for leg in young
        if leg.visitor.id != person.id and too_young(leg.visitor, leg.visit, asks.get(leg.host_team.id or 0))
    ]


def _debrief(form: OwnDebrief, person: Person, today: date) -> Task:
    if is_unknown(form.visit, crosses=crosses_companies(person, form.other), today=today):
        said = {"day": long_day(form.visit.day), "name": form.other.name}
        return Task(
            TaskKind.DEBRIEF,
            _("Votre journée du %(day)s avec %(name)s a-t-elle eu lieu ?") % said,
            f"{doubt_words(form.visit, crosses=crosses_companies(person, form.other))} "
            + _("Si elle a eu lieu, racontez-la ; sinon, dites-le d’un geste."),
            f"/visits/{form.visit.id}",
            _("Répondre"),
            "edit",
        )
    title = (
        _("Racontez votre journée chez %(name)s") % {"name": form.other.name}
        if form.role == Role.VISITOR
        else _("Racontez la visite %(of_name)s") % {"of_name": of(form.other.name)}
    )
    text = _("Cinq minutes, jusqu’au %(day)s.") % {"day": day_month(form.campaign.debrief_until)}
    return Task(TaskKind.DEBRIEF, title, text, f"/debriefs/{form.visit.id}", _("Faire mon bilan"), "edit")


def _choose_days(campaign: Campaign, given: Given) -> Task:
    if given.any:
        why = _(
            "Vos jours ne suffisent pas pour un échange : il en faut un pour partir et un autre pour "
            "recevoir, à l’écart que demande la campagne."
        )
    elif not given.all_count:
        why = _("Les dates ont changé : aucun de vos jours n’y tombe plus.")
    else:
        why = _("Vous participez, et aucun jour n’est choisi.")
    until = _("Vous pouvez en choisir jusqu’au %(day)s.") % {"day": day_month(campaign.enrol_until)}
    return Task(
        TaskKind.ENROLMENT,
        _("Choisissez vos jours pour « %(campaign)s »") % {"campaign": campaign.name},
        f"{why} {until}",
        f"/campaigns/{campaign.id}/enrolment#days",
        _("Choisir mes jours"),
        "calendar",
    )


def _answer(campaign: Campaign) -> Task:
    return Task(
        TaskKind.ENROLMENT,
        _("Dites si vous participez à « %(campaign)s »") % {"campaign": campaign.name},
        _("Journées : %(days)s. Réponse jusqu’au %(day)s.")
        % {
            "days": day_range(campaign.first_day, campaign.last_day),
            "day": day_month(campaign.enrol_until),
        },
        f"/campaigns/{campaign.id}/enrolment",
        _("Répondre"),
        "campaign",
    )
