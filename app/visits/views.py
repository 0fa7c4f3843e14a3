"""What pages of visits show, computed from rows already read. No query here."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, field_validator

from app.campaigns.tables import Campaign
from app.core.forms import FormModel
from app.core.i18n import _, current_language
from app.core.searching import matches
from app.people.tables import Person, Site, Team
from app.visits.queries import SeenSwap, SeenVisit
from app.visits.rules import stands
from app.visits.tables import Unmatched, VisitStatus

PAGE = 50
"""Swaps on one page of a list."""


class VisitsLook(FormModel):
    """How HR looks at a campaign's visits: filters in the address."""

    view: Literal["list", "calendar"] = "list"
    q: str = ""
    site: int | None = None
    """Empty means every site."""
    first: date | None = None
    last: date | None = None
    """Days from and to, both included."""
    status: Literal["", "planned", "unconfirmed", "confirmed", "incomplete", "alike", "cancelled"] = ""
    page: int = Field(default=1, ge=1)

    @field_validator("site", "first", "last", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A select field left on its first line sends an empty text."""
        return value or None


@dataclass(frozen=True)
class Missed:
    """A campaign whose plan had nobody for the reader."""

    campaign: Campaign
    lead: str
    reason: str


def missed(row: Unmatched, campaign: Campaign) -> Missed:
    """The reason, kindly: first what it means, then the plan's own words."""
    return Missed(campaign, kind_words(row.reason), row.text(current_language()))


def kind_words(reason: str) -> str:
    """What a reason means for the person who reads it; never that it is their fault."""
    words = {
        "no_common_day": _("Vos jours et ceux de vos collègues ne se sont pas croisés."),
        "all_taken": _(
            "Vous étiez plus nombreux que les places : tous vos collègues possibles sont déjà en binôme."
        ),
        "travel": _("Les collègues de l’autre côté travaillent trop loin du vôtre."),
        "language": _("Aucun collègue possible ne parle l’une de vos langues."),
        "closed": _("Les équipes qui auraient pu vous recevoir sont fermées ou complètes vos jours libres."),
        "own_rules": _("Les règles de la campagne n’ont laissé personne à vous proposer."),
    }
    return words.get(reason, _("Nous n’avons trouvé personne cette fois."))


def side_of(team: Team) -> str:
    """`back` or `front`, as the drawings take it."""
    return team.side.value


def place(team: Team, site: Site) -> str:
    """Team and site in one line."""
    return team.name if team.name == site.name else f"{team.name} · {site.name}"


def sites_in(swaps: Iterable[SeenSwap]) -> list[Site]:
    """Sites that receive or send somebody, by name."""
    found = {
        site.id: site for swap in swaps for leg in swap.legs for site in (leg.visitor_site, leg.host_site)
    }
    return sorted(found.values(), key=lambda site: site.name)


def filtered(swaps: Iterable[SeenSwap], look: VisitsLook) -> list[SeenSwap]:
    """The swaps that match the filters."""
    return [swap for swap in swaps if any(_matches(leg, look) for leg in swap.legs)]


def _matches(leg: SeenVisit, look: VisitsLook) -> bool:
    if look.status in set(VisitStatus) and leg.visit.status != look.status:
        return False
    if look.site is not None and look.site not in (leg.visitor_site.id, leg.host_site.id):
        return False
    if not (look.first or date.min) <= leg.visit.day <= (look.last or date.max):
        return False
    return matches(look.q, leg.visitor.name, leg.host.name, leg.visitor_team.name, leg.host_team.name)


@dataclass
class AgendaDay:
    """One day of a calendar to read."""

    date: date
    entries: list[dict[str, str]] = field(default_factory=list)
    note: str = ""


def agenda(entries: Iterable[tuple[date, dict[str, str]]]) -> list[AgendaDay]:
    """Whole weeks, Monday to Saturday, from the first to the last day of the entries."""
    by_day: dict[date, list[dict[str, str]]] = {}
    for day, entry in entries:
        by_day.setdefault(day, []).append(entry)
    if not by_day:
        return []
    first, last = min(by_day), max(by_day)
    monday = first - timedelta(days=first.weekday())
    saturday = last + timedelta(days=5 - last.weekday())
    span = [monday + timedelta(days=n) for n in range((saturday - monday).days + 1)]
    return [AgendaDay(day, by_day.get(day, [])) for day in span if day.weekday() < 6 or day in by_day]


def calendar(swaps: Iterable[SeenSwap]) -> list[AgendaDay]:
    """Standing visits by day: who goes to whom."""
    return agenda(
        (
            leg.visit.day,
            {
                "text": _("%(visitor)s → %(host)s") % {"visitor": leg.visitor.name, "host": leg.host.name},
                "href": f"/visits/{leg.visit.id}",
                "side": side_of(leg.visitor_team),
            },
        )
        for swap in swaps
        for leg in swap.legs
        if stands(leg.visit)
    )


def people_count(swaps: Iterable[SeenSwap]) -> int:
    """How many people live at least one standing visit as visitor."""
    counted: Counter[int | None] = Counter(
        leg.visitor.id for swap in swaps for leg in swap.legs if stands(leg.visit)
    )
    return len(counted)


def face_of(person: Person, team: Team, site: Site, href: str = "") -> dict[str, str]:
    """A person as `swap_row` draws them."""
    detail = " · ".join(part for part in (person.job, place(team, site)) if part)
    return {"name": person.name, "side": side_of(team), "detail": detail, "href": href}
