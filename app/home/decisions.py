"""What HR, and managers, have to decide, from every feature below. Readings only."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from sqlmodel import Session

from app.booking import fallen, host_left, unled
from app.campaigns.tables import Campaign
from app.core.i18n import _, ngettext
from app.home.task import Task, TaskKind
from app.home.tasks import who_receives
from app.messages import queries as mails
from app.people.tables import Person
from app.planning.repairs import due
from app.planning.repairs import queries as repairs
from app.teams.queries import ids_of_led_teams
from app.visits import agreements, reading
from app.visits.alike import alike_due
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts
from app.visits.rules import leaves_days


def decisions(session: Session, *, today: date) -> list[Task]:
    """What HR has to decide, one line a campaign: people to be told by hand, proposals of repairs, requests
    to teams that nobody leads, places there without a host, booked days with nothing instead, agreements
    between companies, days that no longer show another job, or that fall where somebody no longer works, days
    lived without an agreement, days of which nobody knows whether they took place."""
    lost = fallen.without_another(session, today=today)
    count, found = Counter(one.id for one, _visit in lost), {one.id: one for one, _visit in lost}
    waiting = due.to_decide(session, today)
    solved = repairs.with_solutions(session, [one for _campaign, ids in waiting for one in ids])
    return [
        *(_to_tell(one) for one in mails.urgent_letters(session, today)),
        *_letters(mails.letters_of_none(session, today)),
        *(_repair(campaign, ids, solved.intersection(ids), today) for campaign, ids in waiting),
        *(_unled(campaign, number) for campaign, number in unled.left_to_hr(session)),
        *who_receives(host_left.without_host(session, today)),
        *(_without_another(found[one], number) for one, number in count.items()),
        *(_agreements(campaign, due) for campaign, due in agreements.due(session, today)),
        *(_alike(campaign, due) for campaign, due in alike_due(session, today)),
        *(_lived_without(campaign, due) for campaign, due in agreements.lived_due(session, today)),
        *(_rulings(campaign, due) for campaign, due in reading.disputes_due(session)),
        *(_unknown(campaign, due) for campaign, due in reading.unknown_due(session, today)),
    ]


def _to_tell(waiting: mails.ToTell) -> Task:
    title = ngettext(
        "Une personne à prévenir de vive voix : « %(campaign)s »",
        "%(n)s personnes à prévenir de vive voix : « %(campaign)s »",
        waiting.people,
    ) % {"n": waiting.people, "campaign": waiting.campaign.name}
    text = ngettext(
        "Cette personne n’a pas d’adresse de courriel : aucun mail ne lui dit que sa journée "
        "n’est pas certaine.",
        "Ces personnes n’ont pas d’adresse de courriel : aucun mail ne leur dit que leur journée n’est pas "
        "certaine.",
        waiting.people,
    )
    here = f"/campaigns/{waiting.campaign.id}/paper"
    return Task(TaskKind.LETTERS, title, text, here, _("Voir leurs messages"), "warn")


def _letters(count: int) -> list[Task]:
    if not count:
        return []
    title = ngettext(
        "Un message à remettre en main propre", "%(n)s messages à remettre en main propre", count
    ) % {"n": count}
    text = _("Hors campagne : une délégation est donnée ou prend fin, et quelqu’un n’a pas d’adresse.")
    return [Task(TaskKind.LETTERS, title, text, "/paper", _("Voir les messages"), "mail")]


def against_rosters(session: Session, person: Person | None, *, is_hr: bool, today: date) -> list[Task]:
    """Days to come that a roster contradicts, or on a closed site, as one thing to see to: all for HR, those
    of one's teams else; booked ones, which are being mended, as one that asks for nothing. One's own are said
    apart, among one's own days."""
    teams = None if is_hr else ids_of_led_teams(session, person, today) if person else set[int]()
    found = [] if teams == set() else conflicts(session, today, team_ids=teams)
    said = [one for one in found if person is None or not _asked_apart(one.seen, person)]
    mended = sum(one.mends_itself for one in said)
    return [*_contradicted(len(said) - mended), *_looked_after(mended)]


def _looked_after(count: int) -> list[Task]:
    if not count:
        return []
    title = ngettext(
        "Une autre solution est cherchée pour une journée réservée",
        "Une autre solution est cherchée pour %(n)s journées réservées",
        count,
    ) % {"n": count}
    text = _("Un collègue reçoit s’il peut, sinon une autre place est cherchée : il n’y a rien à faire.")
    label = _("Voir lesquelles")
    return [Task(TaskKind.LOOKED_AFTER, title, text, "/team/conflicts", label, "calendar", asks=False)]


def _contradicted(count: int) -> list[Task]:
    if not count:
        return []
    title = ngettext(
        "Une journée prévue ne peut pas avoir lieu", "%(n)s journées prévues ne peuvent pas avoir lieu", count
    ) % {"n": count}
    text = _("Site fermé, ou planning contraire : un autre jour, d’autres heures ou un collègue y remédient.")
    return [Task(TaskKind.CONTRADICTED, title, text, "/team/conflicts", _("Voir lesquelles"), "warn")]


def _asked_apart(leg: SeenVisit, person: Person) -> bool:
    return leg.has(person.id)


def _agreements(campaign: Campaign, due: int) -> Task:
    title = ngettext(
        "%(n)s journée de « %(campaign)s » attend une convention",
        "%(n)s journées de « %(campaign)s » attendent une convention",
        due,
    ) % {"n": due, "campaign": campaign.name}
    text = _("Les deux personnes travaillent pour deux sociétés : rien n’est certain avant.")
    return Task(
        TaskKind.AGREEMENTS,
        title,
        text,
        f"/campaigns/{campaign.id}/agreements",
        _("Enregistrer les conventions"),
        "edit",
    )


def _alike(campaign: Campaign, due: int) -> Task:
    title = ngettext(
        "%(n)s journée de « %(campaign)s » ne fait plus découvrir un autre métier",
        "%(n)s journées de « %(campaign)s » ne font plus découvrir un autre métier",
        due,
    ) % {"n": due, "campaign": campaign.name}
    text = _("Équipe ou direction ont changé depuis. Rien n’est annulé : voyez si la journée garde son sens.")
    here = f"/campaigns/{campaign.id}/visits?status=alike"
    return Task(TaskKind.ALIKE, title, text, here, _("Voir lesquelles"), "people", asks=False)


def _lived_without(campaign: Campaign, due: int) -> Task:
    title = ngettext(
        "%(n)s journée de « %(campaign)s » est passée sans convention",
        "%(n)s journées de « %(campaign)s » sont passées sans convention",
        due,
    ) % {"n": due, "campaign": campaign.name}
    text = _("Aucune convention n’était enregistrée ce jour-là : vous pouvez encore le faire.")
    here = f"/campaigns/{campaign.id}/agreements#lived"
    return Task(TaskKind.LIVED_WITHOUT, title, text, here, _("Voir lesquelles"), "warn")


def _rulings(campaign: Campaign, due: int) -> Task:
    title = ngettext(
        "%(n)s journée contestée de « %(campaign)s » attend votre avis",
        "%(n)s journées contestées de « %(campaign)s » attendent votre avis",
        due,
    ) % {"n": due, "campaign": campaign.name}
    text = _("Les deux versions ne s’accordent pas : dites si la journée a eu lieu.")
    return Task(
        TaskKind.RULING,
        title,
        text,
        f"/campaigns/{campaign.id}/absences",
        _("Lire les deux versions"),
        "people",
    )


def _unknown(campaign: Campaign, due: int) -> Task:
    title = ngettext(
        "%(n)s journée de « %(campaign)s » est passée : a-t-elle eu lieu ?",
        "%(n)s journées de « %(campaign)s » sont passées : ont-elles eu lieu ?",
        due,
    ) % {"n": due, "campaign": campaign.name}
    text = _(
        "Un site fermé, ou quelqu’un qui n’était pas au travail, les empêchait, et rien n’a été décidé. Les "
        "personnes sont interrogées."
    )
    here = f"/campaigns/{campaign.id}/absences"
    return Task(TaskKind.RULING, title, text, here, _("Dire ce que vous savez"), "warn")


def _unled(campaign: Campaign, count: int) -> Task:
    title = ngettext(
        "%(n)s demande de « %(campaign)s » attend une réponse, faute de responsable",
        "%(n)s demandes de « %(campaign)s » attendent une réponse, faute de responsable",
        count,
    ) % {"n": count, "campaign": campaign.name}
    text = _("Qui encadrait n’est plus là : répondez à sa place, ou dites qui encadre maintenant.")
    return Task(TaskKind.UNLED_REQUESTS, title, text, "/team/requests", _("Voir les demandes"), "people")


def _without_another(campaign: Campaign, count: int) -> Task:
    title = ngettext(
        "%(n)s journée tombée de « %(campaign)s » n’a rien à la place",
        "%(n)s journées tombées de « %(campaign)s » n’ont rien à la place",
        count,
    ) % {"n": count, "campaign": campaign.name}
    text = _("Nous cherchons toujours ; une place de plus, ou un mot à ces personnes, aiderait.")
    return Task(
        TaskKind.NOTHING_INSTEAD,
        title,
        text,
        f"/campaigns/{campaign.id}/booking",
        _("Voir lesquelles"),
        "people",
    )


def _repair(campaign: Campaign, ids: list[int], solved: Collection[int], today: date) -> Task:
    here = f"/campaigns/{campaign.id}/repairs"
    href = f"{here}/{ids[0]}" if len(ids) == 1 else here
    title = ngettext(
        "%(n)s réparation de « %(campaign)s » attend votre décision",
        "%(n)s réparations de « %(campaign)s » attendent votre décision",
        len(ids),
    ) % {"n": len(ids), "campaign": campaign.name}
    if not leaves_days(campaign, today):
        text = _("Plus aucun autre jour n’est possible : gardez ce qui est encore prévu, ou annulez-le.")
        return Task(TaskKind.REPAIR, title, text, href, _("Garder ou annuler"), "people")
    if not solved:
        text = _(
            "Des journées sont tombées, sans solution à comparer : cherchez de nouveau, ou laissez-en là."
        )
        return Task(TaskKind.REPAIR, title, text, href, _("Voir ce qui est tombé"), "people")
    text = _("Des journées sont tombées. Choisissez une solution : rien ne change avant.")
    return Task(TaskKind.REPAIR, title, text, href, _("Comparer les solutions"), "people")
