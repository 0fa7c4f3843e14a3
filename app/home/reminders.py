"""What asks for no answer: days that are near, places one may book. Readings only."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.availability.going import left_campaigns
from app.booking import queries as bookings
from app.booking.facts import at_limit
from app.booking.not_held import to_choose_again
from app.booking.open_to import open_among
from app.campaigns.tables import Campaign
from app.core.i18n import _, ngettext, of
from app.core.templating import long_day
from app.home.task import Task, TaskKind
from app.messages import queries as mails
from app.people.tables import Person
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among
from app.visits.rules import do_not_travel, is_lived
from app.visits.showing import by_of
from app.visits.standing import not_to_travel
from app.visits.warned import Told, told_visitors

PREPARE_DAYS = 7
"""From so many days before it, a visit is to be prepared."""


def reminders(
    session: Session, person: Person, coming: list[SeenVisit], *, today: date, now: datetime
) -> list[Task]:
    """What asks for no answer: days that are near, places one may book."""
    last = today + timedelta(days=PREPARE_DAYS)
    soon = [leg for leg in coming if leg.visit.day <= last and not is_lived(leg.visit, now)]
    against = {one.seen.visit.id for one in conflicts_among(session, soon)}
    uncertain = {leg.visit.id for leg in soon if do_not_travel(leg.visit, crosses=leg.crosses, today=today)}
    told = told_visitors(session, [leg for leg in soon if leg.visit.id in uncertain])
    bookable = bookings.bookable_campaigns(session, person)
    offered = open_among(session, [one.id for one in bookable], today)
    bookable = [one for one in bookable if one.id in offered]
    left = left_campaigns(session, person, [one.id for one in bookable]) if bookable else set()
    full = at_limit(session, person.id or 0, [one.id or 0 for one in bookable]) if bookable else set()
    lost = to_choose_again(session, person.id or 0, [one.id or 0 for one in bookable]) if bookable else {}
    letters = len(mails.letters_to(session, person.id or 0, today))
    return [
        *([_letters(letters)] if letters else []),
        *(
            _uncertain(leg, person, told.get(leg.visit.id or 0, Told.NOT_YET))
            if leg.visit.id in uncertain
            else _prepare(leg, person)
            for leg in soon
            if leg.visit.id not in against
        ),
        *(_choose(one, lost.get(one.id or 0)) for one in bookable if one.id not in left | full),
    ]


def _letters(count: int) -> Task:
    title = ngettext("Un message pour vous", "%(n)s messages pour vous", count) % {"n": count}
    text = _("Sans adresse de courriel, vous lisez ici ce que nous vous écrivons.")
    return Task(TaskKind.MESSAGES, title, text, "/me/messages", _("Lire"), "mail", asks=False)


def _choose(campaign: Campaign, lost: date | None) -> Task:
    """`lost`: their day that did not take place, and for which they chose no other yet."""
    text = _("Des équipes ouvrent leur porte : choisissez le métier et le jour.")
    if lost is not None:
        text = _("Votre journée du %(day)s n’a pas eu lieu : vous pouvez en choisir une autre.")
        text %= {"day": long_day(lost)}
    return Task(
        TaskKind.BOOKING,
        _("Réservez une journée de « %(campaign)s »") % {"campaign": campaign.name},
        text,
        f"/booking?campaign={campaign.id}",
        _("Voir les places"),
        "search",
        asks=False,
    )


def _uncertain(leg: SeenVisit, person: Person, told: Told) -> Task:
    """The same sentences as in the mail."""
    title = (
        _("Votre journée chez %(name)s n’est pas encore certaine") % {"name": leg.host.name}
        if leg.visitor.id == person.id
        else _("La venue %(of_name)s n’est pas encore certaine") % {"of_name": of(leg.visitor.name)}
    )
    why, not_yet = not_to_travel(leg, by_of(leg, person), told)
    label = _("Voir la journée")
    return Task(
        TaskKind.UNCERTAIN, title, f"{not_yet} {why}", f"/visits/{leg.visit.id}", label, "warn", asks=False
    )


def _prepare(leg: SeenVisit, person: Person) -> Task:
    said = {"day": long_day(leg.visit.day)}
    title = (
        _("Préparez votre journée chez %(name)s") % {"name": leg.host.name}
        if leg.visitor.id == person.id
        else _("Préparez l’accueil %(of_name)s") % {"of_name": of(leg.visitor.name)}
    )
    text = _("%(day)s : relisez l’heure et le lieu.") % said
    return Task(
        TaskKind.PREPARATION,
        title,
        text,
        f"/visits/{leg.visit.id}",
        _("Voir la journée"),
        "calendar",
        asks=False,
    )
