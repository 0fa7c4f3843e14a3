"""Offered days on which the host named for a place does not work: nobody can book them, and the team should
know."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session

from app.availability.days import DayBook
from app.availability.told import told_of_people
from app.booking.queries import SeenPlace
from app.campaigns.tables import Campaign


def hosts_off(
    session: Session, places: Sequence[SeenPlace], campaigns: Mapping[int | None, Campaign], today: date
) -> set[tuple[int, date]]:
    """Days to come of these places, by place. Three queries for each campaign."""
    found: set[tuple[int, date]] = set()
    for campaign_id, campaign in campaigns.items():
        named = [
            (one, one.host) for one in places if one.place.campaign_id == campaign_id and one.host is not None
        ]
        if not named:
            continue
        book = DayBook(campaign)
        told = told_of_people(session, campaign, [host for _seen, host in named])
        for seen, host in named:
            known = told(host.id or 0, host.team_id, seen.during)
            works = set(book.dates(book.receiving(host, seen.site, seen.team.closed_weekdays, known)))
            found |= {
                (seen.place.id or 0, one.day)
                for one in seen.offered
                if one.day >= today and one.day not in works
            }
    return found
