"""Words for repairs."""

from collections.abc import Collection, Sequence
from datetime import date

from app.core import clock
from app.core.i18n import _, ngettext
from app.core.templating import day as day_words
from app.core.templating import day_range, long_day, number
from app.planning.errors import NoDaysLeft
from app.planning.repairs.errors import NoDayLeft, PresentContradicts
from app.planning.tables import Repair, RepairCause, RepairKind, RepairProposal, RepairStatus
from app.planning.words import failure_words
from app.visits.rules import OFF
from app.visits.tables import CancelReason


def pair_words(pairs: Sequence[tuple[str, str, date]]) -> str:
    """Whose days, and when: the first two of them, and how many more."""
    said = [
        _("%(visitor)s avec %(host)s, %(day)s") % {"visitor": a, "host": b, "day": day_words(day)}
        for a, b, day in pairs[:2]
    ]
    more = len(pairs) - len(said)
    both = "".join(said) if len(said) < 2 else _("%(one)s ; %(other)s") % {"one": said[0], "other": said[1]}
    if not more:
        return both
    rest = ngettext("et une autre", "et %(n)s autres", more) % {"n": number(more)}
    return f"{both} {rest}"


FEW = 4


def days_words(days: Collection[date]) -> str:
    """On which days: each of a few, else from the first to the last."""
    if len(days) > FEW:
        return _("du %(first)s au %(last)s") % {"first": long_day(min(days)), "last": long_day(max(days))}
    *before, last = [_("le %(day)s") % {"day": long_day(day)} for day in sorted(days)]
    if not before:
        return last
    return _("%(days)s et %(last)s") % {"days": ", ".join(before), "last": last}


def goes_on_words(former: Repair, days: int) -> str:
    """Which repair another one goes on with, and of how many of its days."""
    return ngettext(
        "Elle continue la réparation %(former)s, ouverte le %(day)s, dont elle reprend une journée.",
        "Elle continue la réparation %(former)s, ouverte le %(day)s, dont elle reprend %(n)s journées.",
        days,
    ) % {"former": former.id, "day": long_day(clock.day_of(former.requested_at)), "n": number(days)}


def cause_words(repair: Repair, site: str, reasons: Collection[CancelReason | None] = ()) -> str:
    """What a repair starts from. `reasons`: why each of its days fell, or cannot be."""
    if repair.cause is RepairCause.FALLEN and CancelReason.GONE in reasons:
        alone = set(reasons) == {CancelReason.GONE}
        return (
            _("Un départ de l’entreprise")
            if alone
            else _("Journées annulées, en partie après un départ de l’entreprise")
        )
    if repair.cause is RepairCause.CLOSURE and repair.first_day and repair.last_day:
        said = {"site": site or _("Un site"), "days": day_range(repair.first_day, repair.last_day)}
        if repair.message == REOPENED:
            return _("%(site)s fermé puis rouvert, %(days)s") % said
        return _("%(site)s fermé, %(days)s") % said
    if repair.cause is RepairCause.ROSTER and len(set(reasons) & {*OFF}) == 1:
        said_of = {
            CancelReason.CONTRACT: _("Un contrat ne couvre pas des journées"),
            CancelReason.WEEKDAY: _("Des journées prévues hors des jours travaillés"),
        }
        if (one := next(one for one in reasons if one in OFF)) in said_of:
            return said_of[one]
    return {
        RepairCause.FALLEN: _("Journées déclinées ou annulées"),
        RepairCause.ROSTER: _("Un planning contredit des journées"),
        RepairCause.CLOSURE: _("Un site fermé"),
    }[repair.cause]


REOPENED, POSSIBLE, PASSED, LEFT = "SiteReopened", "DaysPossible", "DaysPassed", "EverybodyLeft"
NO_DAY = NoDaysLeft.__name__
"""Why a repair closes: what it was about can take place again, the site is open or nothing contradicts it;
its days are over; whom it was for takes part no more; or no day of the campaign leaves its notice."""


def status_words(
    status: RepairStatus,
    *,
    late: bool = False,
    partly: bool = False,
    why: str = "",
    taken: int | None = None,
    no_day: bool = False,
) -> tuple[str, str]:
    """Where a repair stands, and its tone. `late`: it is over, and something is still to be repaired.
    `partly`: what was accepted leaves somebody without a day. `why`: the code of why it is over.
    `taken`: the later repair that has its days. `no_day`: one of its days stands, and no other is left."""
    if taken is not None:
        return _("reprise par la réparation %(n)s") % {"n": taken}, "plain"
    if why == REOPENED:
        return _("site rouvert"), "good"
    if why == POSSIBLE:
        return _("de nouveau possible"), "good"
    if why == PASSED:
        return _("passé sans décision"), "plain"
    if why == LEFT:
        return _("plus personne n’attend"), "plain"
    if why == NO_DAY and status is RepairStatus.SETTLED:
        return _("plus aucun jour"), "plain"
    if no_day and (late or status is RepairStatus.READY):
        return _("à garder ou à annuler"), "warn"
    if late and status is RepairStatus.ACCEPTED:
        return _("réparé en partie, à chercher de nouveau"), "warn"
    if partly and status is RepairStatus.ACCEPTED:
        return _("réparé en partie"), "warn"
    if late and status is RepairStatus.EXPIRED:
        return _("périmé, à chercher de nouveau"), "warn"
    if late and status is RepairStatus.CANCELLED:
        return _("arrêté, à chercher de nouveau"), "warn"
    return {
        RepairStatus.QUEUED: (_("recherche en attente"), "plain"),
        RepairStatus.RUNNING: (_("recherche en cours"), "plain"),
        RepairStatus.READY: (_("à décider"), "warn"),
        RepairStatus.ACCEPTED: (_("réparé"), "good"),
        RepairStatus.DISMISSED: (_("écarté"), "plain"),
        RepairStatus.EXPIRED: (_("périmé"), "plain"),
        RepairStatus.CANCELLED: (_("arrêté"), "plain"),
        RepairStatus.FAILED: (_("sans solution"), "bad"),
        RepairStatus.SETTLED: (_("réglé entre les personnes"), "good"),
    }[status]


def mended_words(row: RepairProposal, days: int) -> str:
    """What an accepted repair gave back, as a title: all days, or to how many of those who lost one."""
    if not row.left:
        return ngettext("Une journée réparée", "%(n)s journées réparées", days) % {"n": number(days)}
    said = {"n": number(row.restored), "all": number(row.restored + row.left)}
    if not row.restored:
        return _("Personne n’a retrouvé de journée, sur %(all)s") % said
    return (
        ngettext(
            "%(n)s personne sur %(all)s retrouve une journée",
            "%(n)s personnes sur %(all)s retrouvent une journée",
            row.restored,
        )
        % said
    )


def kind_words(kind: RepairKind) -> tuple[str, str]:
    """The name of a way to repair, and what it allows itself."""
    return {
        RepairKind.SAME: (
            _("Les mêmes binômes, un autre jour"),
            _("La personne prévue reste la même."),
        ),
        RepairKind.STILL: (
            _("D’autres collègues, sans déplacer personne"),
            _("Des personnes libres peuvent entrer ; les journées qui tiennent restent."),
        ),
        RepairKind.BEST: (
            _("Le plus de monde possible"),
            _("Quelques journées qui tenaient changent, aussi peu que possible."),
        ),
        RepairKind.WORKED: (
            _("Les mêmes binômes, un jour où les deux travaillent"),
            _("Ils n’avaient pas tous donné ces jours : chacun peut encore dire non."),
        ),
    }[kind]


def together_words() -> tuple[str, str]:
    """The name of what gives others a day besides the same pairs on days that they work."""
    return _("Tous ensemble, sans déplacer personne"), _(
        "D’autres collègues sur les jours que chacun a donnés ; les mêmes binômes un jour où les deux "
        "travaillent, qu’ils n’avaient pas tous donné : chacun peut encore dire non."
    )


def effect_lines(row: RepairProposal, others: int = 0) -> list[tuple[str, str]]:
    """What a proposal does, one line each, with its tone. `others`: of those who lost a day, for whom none is
    looked for: they keep their visit of the swap, said no, or take part no more."""
    found = [
        (
            ngettext(
                "%(n)s personne concernée retrouve une journée",
                "%(n)s personnes concernées retrouvent une journée",
                row.restored,
            )
            % {"n": number(row.restored)},
            "good",
        )
    ]
    if row.left:
        words = ngettext(
            "%(n)s personne reste sans journée", "%(n)s personnes restent sans journée", row.left
        )
        found.append((words % {"n": number(row.left)}, "warn"))
    if others > 0:
        words = ngettext(
            "%(n)s autre garde sa propre journée, ou n’en cherche plus",
            "%(n)s autres gardent leur propre journée, ou n’en cherchent plus",
            others,
        )
        found.append((words % {"n": number(others)}, "plain"))
    if row.movers:
        words = ngettext("%(n)s autre personne change", "%(n)s autres personnes changent", row.movers)
        found.append((words % {"n": number(row.movers)}, "warn"))
    else:
        found.append((_("Personne d’autre n’est déplacé"), "good"))
    if row.newcomers:
        words = ngettext(
            "%(n)s personne qui n’avait personne entre",
            "%(n)s personnes qui n’avaient personne entrent",
            row.newcomers,
        )
        found.append((words % {"n": number(row.newcomers)}, "good"))
    return found


def unused_lines(row: RepairProposal) -> list[tuple[str, str]]:
    """What a proposal that nobody chose would have done, one line each."""
    found = ngettext(
        "%(n)s personne aurait retrouvé une journée",
        "%(n)s personnes auraient retrouvé une journée",
        row.restored,
    ) % {"n": number(row.restored)}
    lines = [found]
    if row.left:
        words = ngettext(
            "%(n)s personne serait restée sans journée",
            "%(n)s personnes seraient restées sans journée",
            row.left,
        )
        lines.append(words % {"n": number(row.left)})
    if row.movers:
        words = ngettext(
            "%(n)s autre personne aurait changé", "%(n)s autres personnes auraient changé", row.movers
        )
        lines.append(words % {"n": number(row.movers)})
    return [(line, "plain") for line in lines]


def proposed_words(name: str, day: date | None) -> str:
    """What one of the two proposes to the other."""
    if day is None:
        return _("%(name)s propose d’en rester à une seule journée.") % {"name": name}
    return _("%(name)s propose le %(day)s.") % {"name": name, "day": long_day(day)}


def may_agree_words(*, day: bool, sure: bool) -> str:
    """What the two of a fallen day, whose swap has its other one, may still settle themselves. `day`: there
    is one that suits both; not `sure`: nobody looked."""
    if not sure:
        return _("Les deux peuvent aussi s’entendre entre eux.")
    if day:
        return _("Les deux peuvent aussi choisir un jour entre eux.")
    return _("Aucun autre jour ne convient aux deux : ils peuvent s’en tenir à une seule journée.")


def stays_words(repair: Repair, days: int) -> str:
    """What changing nothing leaves behind: days that cannot take place; empty when there is none."""
    if not days or repair.cause is RepairCause.FALLEN:
        return ""
    if repair.cause is RepairCause.CLOSURE:
        sentence = ngettext(
            "%(n)s journée reste prévue sur un site fermé.",
            "%(n)s journées restent prévues sur un site fermé.",
            days,
        )
    else:
        sentence = ngettext(
            "%(n)s journée reste prévue quand l’une des deux personnes n’est pas au travail.",
            "%(n)s journées restent prévues quand l’une des deux personnes n’est pas au travail.",
            days,
        )
    return sentence % {"n": number(days)}


def why_failed(code: str) -> str:
    """Why there is nothing to propose."""
    if code == NO_DAY:
        return NoDayLeft().message()
    if code == PresentContradicts.__name__:
        return PresentContradicts().message()
    return failure_words(code)
