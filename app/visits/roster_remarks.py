"""What a roster would contradict, in words for the command line."""

from datetime import date

from sqlmodel import Session

from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.people.importing.report import Remark
from app.teams.importing.run import RosterPlan
from app.visits.kept import asked_ended_by, ended_by
from app.visits.rosters import contradicted


def remarks_on(session: Session, plan: RosterPlan, today: date) -> list[Remark]:
    """How many days, of each kind, then each."""
    what = contradicted(session, plan, today)
    lines = []
    if n := len(what.planned):
        sentence = ngettext(
            "%(n)s journée du plan est contredite : elle tient en attendant une solution.",
            "%(n)s journées du plan sont contredites : elles tiennent en attendant une solution.",
            n,
        )
        lines.append(Remark(None, _("Journées du plan"), "", sentence % {"n": n}))
    if n := len(what.halves):
        sentence = ngettext(
            "%(n)s journée à moitié couverte n’attend que d’autres heures, ou un collègue.",
            "%(n)s journées à moitié couvertes n’attendent que d’autres heures, ou un collègue.",
            n,
        )
        lines.append(Remark(None, _("Journées du plan"), "", sentence % {"n": n}))
    if n := len(what.booked):
        sentence = ngettext(
            "%(n)s journée réservée tombe avec ce planning : chacun est prévenu.",
            "%(n)s journées réservées tombent avec ce planning : chacun est prévenu.",
            n,
        )
        lines.append(Remark(None, _("Journées réservées"), "", sentence % {"n": n}))
    if n := len(what.shared):
        sentence = ngettext(
            "%(n)s journée réservée avec une équipe : un collègue reçoit s’il peut, sinon elle tombe.",
            "%(n)s journées réservées avec une équipe : un collègue reçoit s’il peut, sinon elles tombent.",
            n,
        )
        lines.append(Remark(None, _("Journées réservées"), "", sentence % {"n": n}))
    if n := len(what.received):
        sentence = ngettext(
            "%(n)s journée tient : son hôte reçoit en personne.",
            "%(n)s journées tiennent : leurs hôtes reçoivent en personne.",
            n,
        )
        lines.append(Remark(None, _("Journées confiées à un collègue"), "", sentence % {"n": n}))
    if n := len(what.waiting):
        sentence = ngettext(
            "%(n)s journée réservée n’est couverte qu’à moitié : l’équipe qui reçoit change les heures.",
            "%(n)s journées réservées ne sont couvertes qu’à moitié : l’équipe qui reçoit change les heures.",
            n,
        )
        lines.append(Remark(None, _("Journées réservées"), "", sentence % {"n": n}))
    if n := len(ended_by(session, plan)):
        sentence = ngettext(
            "%(n)s place gardée pour quelqu’un ne tient plus avec ce planning.",
            "%(n)s places gardées pour quelqu’un ne tiennent plus avec ce planning.",
            n,
        )
        lines.append(Remark(None, _("Places gardées"), "", sentence % {"n": n}))
    if n := len(asked_ended_by(session, plan)):
        sentence = ngettext(
            "%(n)s demande ou attente d’une journée s’arrêtera avec ce planning.",
            "%(n)s demandes ou attentes de journées s’arrêteront avec ce planning.",
            n,
        )
        lines.append(Remark(None, _("Demandes et attentes"), "", sentence % {"n": n}))
    for one in what.all:
        who = {"visitor": one.seen.visitor.name, "host": one.seen.host.name, "why": one.words}
        sentence = _("%(visitor)s chez %(host)s (%(why)s)") % who
        lines.append(Remark(None, long_day(one.seen.visit.day), "", sentence))
    return lines
