"""What happened to visits, in words: one sentence for each line of a history, and who did it."""

from app.core.i18n import _
from app.core.templating import long_day
from app.visits.reading import SeenChange
from app.visits.rules import OBSTACLES, part_labels
from app.visits.tables import By, CancelReason, ChangeKind, VisitChange


def _is_after(seen: SeenChange, kind: ChangeKind) -> bool:
    """Whether the sentence names who did it in its middle."""
    asked = kind is ChangeKind.PLANNED and seen.other is not None
    return asked or kind in {ChangeKind.CANCELLED, ChangeKind.MADE_UP}


def sentence(
    seen: SeenChange,
    *,
    to_manager: bool = False,
    own: bool = False,
    to_host: bool = False,
    to_other: bool = False,
    to_two: bool = False,
) -> str:
    """What happened, in one sentence: who, what, from which day to which. `own`: to whoever did it;
    `to_other`: to whom it is about; `to_two`: to one of the two, in a message."""
    line = seen.change
    kind = line.kind
    if to_manager and kind is ChangeKind.DECLINED:
        kind = ChangeKind.CANCELLED
    who = _who(seen, hidden=to_manager and kind is ChangeKind.CANCELLED, inside=_is_after(seen, kind))
    said = {
        "who": who,
        "before": long_day(line.day_before) if line.day_before else "",
        "after": long_day(line.day_after) if line.day_after else "",
        "part": part_labels()[line.part].lower() if line.part else "",
        "other": seen.other.name if seen.other is not None else "",
        "from": line.place_before,
        "to": line.place_after,
    }
    sentences = {
        ChangeKind.PLANNED: _planned(seen),
        ChangeKind.CONFIRMED: _("%(who)s confirme."),
        ChangeKind.DECLINED: _("%(who)s ne peut pas."),
        ChangeKind.CANCELLED: _("Annulée par %(who)s.") if who else _("Annulée."),
        ChangeKind.PROPOSED: _("%(who)s propose le %(after)s.")
        if line.day_after
        else _("%(who)s propose d’en rester à une seule journée."),
        ChangeKind.REFUSED: _("%(who)s n’accepte pas la proposition."),
        ChangeKind.WITHDRAWN: _("%(who)s retire sa proposition."),
        ChangeKind.LAPSED: _("Ce jour a été fermé depuis : la proposition n’a plus d’objet.")
        if line.reason is CancelReason.CLOSED
        else _("L’une des deux personnes ne participe plus : la proposition n’a plus d’objet.")
        if line.reason is CancelReason.LEFT
        else _("La proposition n’a plus d’objet.")
        if line.reason is not None
        else _("La proposition n’a plus d’objet, après ce qui a été dit de la journée.")
        if line.by is not By.SERVICE
        else _("La proposition est restée sans réponse."),
        ChangeKind.MOVED: _("%(who)s déplace la journée du %(before)s au %(after)s.")
        if line.by in {By.HR, By.SERVICE}
        else _("La journée passe du %(before)s au %(after)s : %(who)s a accepté."),
        ChangeKind.MADE_UP: _("Une nouvelle journée est prise, le %(after)s : %(who)s a accepté."),
        ChangeKind.ONE_WAY: _("Le plan est réparé autrement : cet échange en reste à la journée qui tient.")
        if line.by in {By.HR, By.SERVICE}
        else _("Vous en restez tous deux à une seule journée : %(who)s a accepté.")
        if to_two
        else _("Les deux en restent à une seule journée : %(who)s a accepté."),
        ChangeKind.HOURS: _("%(who)s fixe les heures : %(part)s."),
        ChangeKind.SHOWS: _("%(who)s change ce que l’on verra ce jour-là."),
        ChangeKind.BRING: _("%(who)s change ce qu’il faut apporter, ou savoir avant de venir."),
        ChangeKind.TUTOR: _("%(who)s demande à %(other)s d’accueillir."),
        ChangeKind.RELEASED: _released(line, to_host=to_host),
        ChangeKind.PLACE: _("Le lieu change : %(to)s, et non plus %(from)s."),
        ChangeKind.TEAM: _("L’équipe qui reçoit change : %(to)s, et non plus %(from)s.")
        if seen.other is None
        else _("Vous changez d’équipe : %(to)s, et non plus %(from)s.")
        if to_other
        else _("%(other)s change d’équipe : %(to)s, et non plus %(from)s."),
        ChangeKind.HOST: _(
            "Selon le planning, %(other)s n’est pas au travail à ces heures : vous recevez à sa place."
        )
        if to_host
        else _(
            "Selon le planning, %(other)s n’est pas au travail à ces heures : un collègue reçoit à sa place."
        ),
        ChangeKind.WAIVED: _("%(who)s fait une exception à ce que l’équipe demande à ses visiteurs."),
        ChangeKind.ASKED_ANEW: _("Le oui ne répond plus à ce que l’équipe demande : il est à redire."),
        ChangeKind.TOO_YOUNG: _("L’équipe ne reçoit que des adultes : la journée attend une exception."),
        ChangeKind.AGREED: _(
            "%(who)s a enregistré après coup, la journée passée, la convention entre les deux sociétés."
        )
        if line.day_before is not None
        else _("%(who)s a enregistré la convention entre les deux sociétés."),
        ChangeKind.SUSPENDED: _suspended(line)
        if line.by is By.SERVICE
        else _("%(who)s ferme le site ce jour-là : la journée ne peut pas avoir lieu comme prévu."),
        ChangeKind.RESUMED: _("Plus rien ne contredit ce jour : la journée peut avoir lieu.")
        if line.by is By.SERVICE
        else _("%(who)s rouvre le site : la journée peut avoir lieu comme prévu."),
        ChangeKind.SET_ASIDE: _("%(who)s n’a retenu aucune des solutions cherchées pour cette journée."),
        ChangeKind.NOT_FOUND: _("Une autre rencontre a été cherchée à la place, sans résultat."),
        ChangeKind.TOO_LATE: _(
            "Plus aucun jour de la campagne ne laisse le temps de prévenir : cette journée n’est pas "
            "remplacée."
        ),
        ChangeKind.ABSENT: _("%(who)s signale que l’autre personne n’est pas venue."),
        ChangeKind.CONTESTED: _("%(who)s dit que la journée a bien eu lieu.")
        if line.reason in OBSTACLES
        else _("%(who)s conteste cette absence."),
        ChangeKind.WARNED: _(
            "La convention entre les deux sociétés manquait : un message dit à chacun de ne pas se déplacer."
        )
        if seen.other is None
        else _(
            "La convention entre les deux sociétés manquait : un message dit de ne pas se déplacer, et "
            "%(other)s, qui n’a pas d’adresse de courriel, est à prévenir de vive voix."
        ),
        ChangeKind.NOT_NEEDED: _(
            "Cette journée n’est plus entre deux sociétés : elle n’a plus besoin de convention."
        ),
        ChangeKind.UNSIGNED: _("%(who)s a retiré la convention entre les deux sociétés : il en faut une.")
        if line.by is By.HR
        else _(
            "Les deux sociétés ne sont plus celles de la convention enregistrée : il en faut une nouvelle."
        ),
        ChangeKind.NOT_HELD: _not_held(seen),
        ChangeKind.TAKEN_BACK: _("%(who)s retire ce qui était dit de cette journée.")
        if line.reason in OBSTACLES
        else _("%(who)s retire l’absence qui était signalée."),
        ChangeKind.LEFT_WITHOUT: _("%(who)s laisse cette journée passée sans convention, en le sachant."),
        ChangeKind.HELD: _("%(who)s a tranché : la journée a eu lieu."),
        ChangeKind.MISSED: _missed(seen, to_other=to_other),
    }
    return ((_own(kind) if own else "") or sentences[kind]) % said


def _own(kind: ChangeKind) -> str:
    """The sentence to whoever did it, where it speaks to them otherwise."""
    return {
        ChangeKind.ONE_WAY: _("Vous en restez tous deux à une seule journée : vous avez accepté."),
        ChangeKind.HOURS: _("Vous fixez les heures : %(part)s."),
        ChangeKind.SHOWS: _("Vous changez ce que l’on verra ce jour-là."),
        ChangeKind.BRING: _("Vous changez ce qu’il faut apporter, ou savoir avant de venir."),
        ChangeKind.TUTOR: _("Vous demandez à %(other)s d’accueillir."),
        ChangeKind.WAIVED: _("Vous faites une exception à ce que l’équipe demande à ses visiteurs."),
    }.get(kind, "")


def roster_sentence(seen: SeenChange, *, to_host: bool) -> str:
    """What a roster did to a day, with who sent it; nothing where that is not known. Only a history says so:
    a message would outlive their name."""
    line = seen.change
    if line.by is not By.SERVICE or not seen.who:
        return ""
    sender = _("le programme « %(name)s »") % {"name": line.program} if line.program else seen.who
    said = {"sender": sender, "other": seen.other.name if seen.other is not None else ""}
    if line.kind in {ChangeKind.CANCELLED, ChangeKind.RELEASED} and line.reason is not CancelReason.ROSTER:
        return ""
    if line.reason in {CancelReason.CONTRACT, CancelReason.WEEKDAY}:
        return ""
    sentences = {
        ChangeKind.SUSPENDED: _(
            "Le planning envoyé par %(sender)s contredit ce jour : la journée ne peut pas avoir lieu comme "
            "prévu."
        ),
        ChangeKind.RESUMED: _(
            "Avec le planning envoyé par %(sender)s, plus aucun ne contredit ce jour : la journée peut avoir "
            "lieu."
        ),
        ChangeKind.RELEASED: _(
            "Selon le planning envoyé par %(sender)s, %(other)s n’est pas au travail à ces heures : vous "
            "recevez vous-même."
        )
        if to_host
        else _(
            "Selon le planning envoyé par %(sender)s, %(other)s n’est pas au travail à ces heures : l’hôte "
            "reçoit."
        ),
        ChangeKind.HOST: _(
            "Selon le planning envoyé par %(sender)s, %(other)s n’est pas au travail à ces heures : vous "
            "recevez à sa place."
        )
        if to_host
        else _(
            "Selon le planning envoyé par %(sender)s, %(other)s n’est pas au travail à ces heures : un "
            "collègue reçoit à sa place."
        ),
        ChangeKind.CANCELLED: _("Annulée par le planning envoyé par %(sender)s."),
    }
    return sentences[line.kind] % said if line.kind in sentences else ""


def _suspended(line: VisitChange) -> str:
    """By the service: what contradicts the day."""
    if line.reason is CancelReason.CONTRACT:
        return _("Un contrat ne couvre pas ce jour : la journée ne peut pas avoir lieu comme prévu.")
    if line.reason is CancelReason.WEEKDAY:
        return _(
            "Ce jour de la semaine n’est pas travaillé par l’une des deux personnes : la journée ne peut pas "
            "avoir lieu comme prévu."
        )
    return _("Un planning contredit ce jour : la journée ne peut pas avoir lieu comme prévu.")


def _released(line: VisitChange, *, to_host: bool) -> str:
    if line.reason is CancelReason.ROSTER:
        return (
            _("Selon le planning, %(other)s n’est pas au travail à ces heures : vous recevez vous-même.")
            if to_host
            else _("Selon le planning, %(other)s n’est pas au travail à ces heures : l’hôte reçoit.")
        )
    if line.reason is CancelReason.UNAVAILABLE:
        return (
            _("%(other)s n’accueille plus, et selon le planning vous n’êtes pas au travail à ces heures.")
            if to_host
            else _(
                "%(other)s n’accueille plus, et selon le planning l’hôte n’est pas au travail à ces heures."
            )
        )
    if to_host:
        return _("%(other)s n’accueille plus : vous recevez vous-même.")
    return _("%(other)s n’accueille plus : l’hôte reçoit en personne.")


def _not_held(seen: SeenChange) -> str:
    said = {
        CancelReason.ROSTER: _("%(who)s dit que la journée n’a pas eu lieu : un planning la contredisait."),
        CancelReason.CONTRACT: _(
            "%(who)s dit que la journée n’a pas eu lieu : un contrat ne couvrait pas ce jour."
        ),
        CancelReason.WEEKDAY: _(
            "%(who)s dit que la journée n’a pas eu lieu : l’une des deux personnes ne travaillait pas ce "
            "jour de la semaine."
        ),
        CancelReason.CLOSED: _("%(who)s dit que la journée n’a pas eu lieu : le site était fermé."),
        CancelReason.UNCONFIRMED: _("%(who)s dit que la journée n’a pas eu lieu : il manquait un oui."),
    }.get(
        seen.change.reason or CancelReason.AGREEMENT,
        _("%(who)s dit que la journée n’a pas eu lieu : la convention entre les deux sociétés manquait."),
    )
    return said if seen.other is None else f"{said} {_('%(other)s dit qu’elle a eu lieu.')}"


def _missed(seen: SeenChange, *, to_other: bool) -> str:
    if seen.change.reason is CancelReason.AGREEMENT:
        return _("%(who)s a tranché : la journée n’a pas eu lieu, la convention manquait.")
    if seen.change.reason in OBSTACLES:
        return _("%(who)s a tranché : la journée n’a pas eu lieu, et personne n’est en cause.")
    if seen.other is None:
        return _("%(who)s a tranché : la journée n’a pas eu lieu, aucune des deux personnes n’était là.")
    if to_other:
        return _("%(who)s a tranché : la journée n’a pas eu lieu, vous n’étiez pas là.")
    return _("%(who)s a tranché : la journée n’a pas eu lieu, %(other)s n’était pas là.")


def _planned(seen: SeenChange) -> str:
    """By a plan; or booked: who asked, and who said yes."""
    if seen.change.day_before is not None:
        return _("%(who)s répare le plan : la journée du %(after)s remplace celle du %(before)s, tombée.")
    if seen.other is None:
        is_booked = seen.change.by in {By.VISITOR, By.HR} and seen.change.account_id is not None
        return (
            _("%(who)s réserve la journée du %(after)s.") if is_booked else _("Journée prévue le %(after)s.")
        )
    if seen.change.by is By.SERVICE:
        return _("%(other)s avait demandé le %(after)s : sans réponse à temps, c’est accepté.")
    return _("%(other)s avait demandé le %(after)s : %(who)s accepte.")


def _who(seen: SeenChange, *, hidden: bool, inside: bool = False) -> str:
    """`inside`: in the middle of a sentence."""
    if hidden:
        return ""
    if seen.change.program:
        said = {"name": seen.change.program}
        return (_("le programme « %(name)s »") if inside else _("Le programme « %(name)s »")) % said
    if seen.change.by is By.SERVICE:
        return _("le service") if inside else _("Le service")
    if seen.who and seen.behalf:
        return _("%(name)s (pour %(manager)s)") % {"name": seen.who, "manager": seen.behalf.name}
    if seen.who:
        return seen.who
    roles = {
        By.VISITOR: _("La personne en visite"),
        By.HOST: _("L’hôte"),
        By.TUTOR: _("Le tuteur"),
        By.MANAGER: _("Le responsable"),
        By.HR: _("L’équipe RH"),
    }
    role = roles[seen.change.by]
    return role[:1].lower() + role[1:] if inside else role
