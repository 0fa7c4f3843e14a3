"""Pages of visits: mine, one, a team's, a campaign's."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.availability.colleagues import named_each_other
from app.availability.own import own_pauses
from app.availability.queries import taking_part
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.paging import page_of
from app.core.templating import render
from app.visits import (
    agreements,
    history,
    pages_absences,
    pages_answers,
    pages_conditions,
    pages_hosting,
    pages_hr,
    pages_import,
    pages_leaving,
    pages_marks,
    pages_rosters,
    pages_team,
    queries,
    reading,
    rosters,
    showing,
    standing,
    views,
)
from app.visits.bookings import chooses_again, open_to
from app.visits.conditions import is_waived
from app.visits.guards import Entered, Me, Participant
from app.visits.marks import closed_words, is_closed
from app.visits.moving import finds_day
from app.visits.rules import (
    absence_stands,
    confirmed_by,
    do_not_travel,
    doubt_words,
    is_ahead,
    is_past,
    leaves_days,
    obstacle,
    part_labels,
    reason_labels,
    state_of,
)
from app.visits.tables import By, CancelReason, ChangeKind
from app.visits.warned import Told, told_visitor

router = APIRouter(include_in_schema=False)

RULINGS = (ChangeKind.HELD, ChangeKind.MISSED)
for part in (
    pages_rosters,
    pages_import,
    pages_team,
    pages_marks,
    pages_answers,
    pages_conditions,
    pages_hosting,
    pages_hr,
    pages_absences,
    pages_leaving,
):
    router.include_router(part.router)


@router.get("/visits", response_class=HTMLResponse)
def mine(request: Request, session: Db, person: Me) -> Response:
    """What I live as visitor and as host, and the reason where there is nobody for me."""
    today = clock.today()
    swaps = queries.as_swaps(queries.visits_of(session, person)) if person else []
    missed = queries.unmatched_of(session, person) if person else []
    missed = [(row, campaign) for row, campaign in missed if campaign.last_day >= today]
    bookable = open_to(session, [person], today) if person and missed else {}
    over = [swap for swap in swaps if not showing.concerns(swap, today)]
    paused = own_pauses(session, person, today) if person else []
    leaving = {one.id: one for one in showing.campaigns_of(swaps, today)}
    leaving |= {one.id: one for one, _enrolment in paused}
    legs = [leg for swap in swaps for leg in swap.legs]
    stands = standing.standings(session, legs, today)
    suspended = standing.suspended_among(stands)
    return render(
        request,
        "visits/mine.html",
        person=person,
        coming=[swap for swap in swaps if showing.concerns(swap, today)],
        past=[swap for swap in over if showing.was_lived(swap, today)],
        gone=[swap for swap in over if not showing.was_lived(swap, today)],
        face_of=views.face_of,
        missed=[views.missed(row, campaign) for row, campaign in missed],
        bookable=next(iter(bookable.values()), None),
        ahead=sum(is_ahead(leg.visit, today) and leg.visit.id not in suspended for leg in legs),
        proposals=reading.open_proposals(session, [leg.visit.id or 0 for leg in legs]),
        state_chip=partial(
            showing.state_chip, today=today, known=stands, reader_id=person.id if person else None
        ),
        suspended=suspended,
        swap_words=partial(showing.swap_words, today=today, off=suspended),
        by_of=partial(showing.by_of, person=person),
        is_ahead=partial(is_ahead, today=today),
        confirmed_by=confirmed_by,
        leaving=list(leaving.values()),
        pauses={one.id: enrolment for one, enrolment in paused},
    )


@router.get("/visits/{visit_id}", response_class=HTMLResponse)
def show(request: Request, session: Db, entered: Participant) -> Response:
    """One visit: where it stands, what the reader may do, the other one of its swap, its history."""
    seen, today = entered.seen, clock.today()
    now, stand = entered.situation(session, today), standing.standing_of(session, seen, today)
    near = do_not_travel(seen.visit, crosses=seen.crosses, today=today)
    told = told_visitor(session, seen) if near else Told.NOT_YET
    lines = history.told(
        reading.history_of(session, [seen.visit.id or 0]),
        to_manager=entered.by is By.MANAGER,
        to_host=entered.by is By.HOST,
        reader_id=entered.own_id,
    )
    may = showing.may(now, receives=entered.receives, leads=entered.leads_host or entered.by is By.HR)
    cannot_be = now.asked.closed_then or now.asked.contradicted
    lost = may["propose"] and (cannot_be or now.fallen) and not finds_day(session, seen, today)
    no_day = lost and not now.fallen
    return render(
        request,
        "visits/show.html",
        seen=seen,
        now=now,
        other=now.other,
        swap_words=showing.swap_words(now.swap, today, on=now.visit.id, off=now.off),
        state=state_of(seen.visit, crosses=seen.crosses, today=today),
        state_chip=showing.state_chip(
            seen, today=today, known={seen.visit.id or 0: stand}, reader_id=entered.own_id
        ),
        obstacle=doubt_words(seen.visit, crosses=seen.crosses),
        lacks_agreement=obstacle(seen.visit, crosses=seen.crosses) is CancelReason.AGREEMENT,
        not_held=absence_stands(seen.visit, today),
        over=is_past(seen.visit, today) or bool(seen.visit.disputed_at or seen.visit.ruled_at),
        waived=now.asks is not None and not now.asks.but_age and is_waived(seen.visit, now.asks),
        steps=showing.steps(now),
        again=entered.by is By.VISITOR and chooses_again(session, seen.visit, today),
        by=entered.by.value,
        takes_part=entered.takes_part,
        too_late=now.too_late or any(line.kind == ChangeKind.TOO_LATE for line in lines),
        may_search=leaves_days(seen.campaign, today),
        search_over=bool(lines) and lines[-1].kind == ChangeKind.NOT_FOUND and _waits(session, entered),
        hosts=entered.by in {By.HOST, By.TUTOR},
        may=may | {"propose": may["propose"] and not no_day},
        no_day=no_day,
        no_new_day=lost and now.fallen,
        closed_since=closed_words(receives=entered.receives or entered.leads_host)
        if is_closed(session, seen)
        else "",
        proposer=showing.proposer(now),
        reports=showing.reports(now, entered),
        not_held_said=showing.not_held(session, now, entered),
        ruling=next((line for line in reversed(lines) if line.kind in RULINGS), None)
        if seen.visit.ruled_at is not None and (entered.takes_part or entered.by is By.HR)
        else None,
        near=standing.not_to_travel(seen, entered.by, told) if near else None,
        letter_waits=told is Told.TO_TELL and entered.by is By.HR,
        reasons=reason_labels(),
        mutual=(entered.takes_part or entered.by is By.HR)
        and named_each_other(session, seen.visit.campaign_id, seen.visit.visitor_id, seen.visit.host_id),
        shows_reason=entered.by is not By.MANAGER or seen.visit.cancel_reason in history.TEAM_REASONS,
        part=part_labels()[seen.visit.part],
        history=lines,
        roster_says=rosters.says(session, seen, today, receives=entered.receives, reader_id=entered.own_id),
        first_step=now.against.first_step(receives=entered.receives) if now.against is not None else "",
        face_of=views.face_of,
        today=today,
    )


def _waits(session: Session, entered: Entered) -> bool:
    """Whether a search that ended is for the reader: not for one of the two who left the campaign since."""
    if not entered.takes_part or entered.own_id is None:
        return True
    return bool(taking_part(session, {entered.seen.visit.campaign_id}, {entered.own_id}))


@router.get("/campaigns/{campaign_id}/visits", response_class=HTMLResponse)
def of_campaign(
    request: Request,
    session: Db,
    campaign: HrCampaign,
    look: Annotated[views.VisitsLook, Query()],
) -> Response:
    """Every visit of a campaign, as a list or as a calendar."""
    assert campaign.id is not None
    swaps = queries.as_swaps(queries.visits_of_campaign(session, campaign.id))
    today = clock.today()
    shown = showing.in_state(views.filtered(swaps, look), look.status, today)
    of_page, pages = page_of(shown, look.page, views.PAGE)
    stands = standing.standings(session, [leg for swap in of_page for leg in swap.legs], today)
    return render(
        request,
        "visits/campaign.html",
        campaign=campaign,
        look=look,
        sites=views.sites_in(swaps),
        swaps=of_page,
        shown=len(shown),
        **pages,
        total=len(swaps),
        people=views.people_count(swaps),
        days=views.calendar(shown) if look.view == "calendar" else [],
        agreements=len(agreements.waiting(session, campaign.id, today)),
        state_chip=partial(showing.state_chip, today=today, known=stands),
        swap_words=partial(showing.swap_words, today=today, off=standing.suspended_among(stands)),
        unmatched=len(queries.unmatched_of_campaign(session, campaign.id)),
        face_of=views.face_of,
    )
