"""A campaign in words: what its states are called, what is news, what its sections say."""

from collections.abc import Iterable, Sequence
from datetime import date

from app.campaigns.schemas import Section
from app.campaigns.tables import Booking, Campaign, Exchange, InvitedGroup, InvitedKind, Status
from app.core.i18n import LANGUAGES, _, ngettext, speaking
from app.core.templating import day_range, long_day, minutes, number
from app.people.tables import Side, Site, Team


def status_name(status: Status, *, booked: bool = False) -> str:
    """One or two words for a state; `booked`: of a campaign whose days are all booked."""
    return {
        Status.DRAFT: _("En préparation"),
        Status.OPEN: _("Réservations ouvertes") if booked else _("Inscriptions ouvertes"),
        Status.PLANNING: _("Plan à faire"),
        Status.PUBLISHED: _("Plan publié"),
        Status.RUNNING: _("Journées en cours"),
        Status.DEBRIEFING: _("Bilans en cours"),
        Status.CLOSED: _("Terminée"),
        Status.CANCELLED: _("Annulée"),
    }[status]


def exchange_name(exchange: Exchange) -> str:
    """What is exchanged."""
    return {Exchange.SWAP: _("Échange"), Exchange.SHADOW: _("Journée d’observation")}[exchange]


def side_name(side: Side) -> str:
    """The side, as people say it."""
    return {Side.BACK: _("Back-office"), Side.FRONT: _("Front-office")}[side]


def section_name(section: Section) -> str:
    """The title of a section's page."""
    return {
        Section.STORY: _("L’histoire"),
        Section.DATES: _("Les dates"),
        Section.PEOPLE: _("Les invités"),
        Section.RULES: _("Les règles"),
        Section.CHECKLIST: _("La liste de lancement"),
    }[section]


def section_question(section: Section) -> str:
    """What a section's page asks."""
    return {
        Section.STORY: _("Que raconte cette campagne ?"),
        Section.DATES: _("Quand cela se passe-t-il ?"),
        Section.PEOPLE: _("Qui est invité ?"),
        Section.RULES: _("Quelles sont les règles du jeu ?"),
        Section.CHECKLIST: _("Qu’est-ce qui est déjà fait ?"),
    }[section]


def news(campaign: Campaign, today: date, invited: int, reason: str = "") -> str:
    """The headline: where the campaign stands today, with the figure that matters."""
    if campaign.booking == Booking.OPEN and campaign.status in {Status.DRAFT, Status.OPEN}:
        return _booked_news(campaign, invited)
    if campaign.status == Status.DRAFT:
        return ngettext(
            "Une personne pourra s’inscrire : tout se prépare",
            "%(n)s personnes pourront s’inscrire : tout se prépare",
            invited,
        ) % {"n": number(invited)}
    if campaign.status == Status.OPEN:
        return _open_news((campaign.enrol_until - today).days, invited)
    if campaign.status == Status.PLANNING:
        return _("Les inscriptions sont closes : place aux binômes")
    if campaign.status == Status.PUBLISHED:
        left = max(0, (campaign.first_day - today).days)
        return ngettext(
            "Le plan est publié : les journées commencent dans %(n)s jour",
            "Le plan est publié : les journées commencent dans %(n)s jours",
            left,
        ) % {"n": left}
    if campaign.status == Status.RUNNING:
        left = max(0, (campaign.last_day - today).days) + 1
        return ngettext(
            "Dernier jour pour vivre le métier d’un collègue",
            "Les journées ont lieu : encore %(n)s jours",
            left,
        ) % {"n": left}
    if campaign.status == Status.DEBRIEFING:
        return _("Les journées sont vécues : les bilans arrivent jusqu’au %(day)s") % {
            "day": long_day(campaign.debrief_until)
        }
    if campaign.status == Status.CLOSED:
        return _("La campagne est terminée : voici ce qu’elle a changé")
    return (
        _("La campagne est annulée : %(reason)s") % {"reason": reason}
        if reason
        else _("La campagne est annulée")
    )


def _booked_news(campaign: Campaign, invited: int) -> str:
    if campaign.status == Status.DRAFT:
        return ngettext(
            "Une personne pourra réserver sa journée : tout se prépare",
            "%(n)s personnes pourront réserver leur journée : tout se prépare",
            invited,
        ) % {"n": number(invited)}
    return ngettext(
        "Une personne peut réserver sa journée",
        "%(n)s personnes peuvent réserver leur journée",
        invited,
    ) % {"n": number(invited)}


def _open_news(left: int, invited: int) -> str:
    if left < 0:
        return _("Les inscriptions se terminent : les réponses vont être rassemblées")
    if left == 0:
        return ngettext(
            "Dernier jour d’inscription pour la personne invitée",
            "Dernier jour d’inscription pour %(n)s personnes",
            invited,
        ) % {"n": number(invited)}
    return ngettext(
        "%(people)s personnes invitées, encore %(n)s jour pour s’inscrire",
        "%(people)s personnes invitées, encore %(n)s jours pour s’inscrire",
        left,
    ) % {"n": left, "people": number(invited)}


def dates_in_words(campaign: Campaign) -> list[tuple[str, str]]:
    """The milestones in order: what, when."""
    before = [
        (_("Inscriptions jusqu’au"), long_day(campaign.enrol_until)),
        (_("Plan publié au plus tard le"), long_day(campaign.plan_by)),
    ]
    return [
        *([] if campaign.booking == Booking.OPEN else before),
        (_("Journées"), day_range(campaign.first_day, campaign.last_day)),
        (_("Bilans jusqu’au"), long_day(campaign.debrief_until)),
    ]


def calendar_in_words(campaign: Campaign) -> list[str]:
    """Which days count."""
    lines = [
        _("Du lundi au samedi, là où l’on travaille le samedi.")
        if campaign.saturdays
        else _("Du lundi au vendredi."),
        _("Sans les jours fériés de chaque site."),
    ]
    if campaign.closing_days:
        days = ", ".join(long_day(date.fromisoformat(day)) for day in campaign.closing_days)
        lines.append(_("L’entreprise est fermée : %(days)s.") % {"days": days})
    return lines


def rules_in_words(campaign: Campaign) -> list[str]:
    """The rules of the game, one sentence each."""
    if campaign.booking == Booking.OPEN:
        return _booked_rules(campaign)
    swap = campaign.exchange == Exchange.SWAP
    lines = [
        _("Un échange : chacun passe une journée chez l’autre.")
        if swap
        else _("Une journée d’observation : l’un va chez l’autre, sans retour."),
        _most(campaign.max_swaps_per_person, swap=swap),
        _("Au plus %(time)s de trajet pour aller chez l’autre.")
        % {"time": minutes(campaign.max_travel_minutes)},
        ngettext(
            "Chacun connaît sa journée au moins %(n)s jour à l’avance.",
            "Chacun connaît sa journée au moins %(n)s jours à l’avance.",
            campaign.notice_days,
        )
        % {"n": campaign.notice_days},
    ]
    if swap:
        lines.append(
            ngettext(
                "Les deux journées d’un échange ont exactement %(most)s jour d’écart.",
                "Les deux journées d’un échange ont exactement %(most)s jours d’écart.",
                campaign.max_gap_days,
            )
            % {"most": campaign.max_gap_days}
            if campaign.min_gap_days == campaign.max_gap_days
            else _("Les deux journées d’un échange ont entre %(least)s et %(most)s jours d’écart.")
            % {"least": campaign.min_gap_days, "most": campaign.max_gap_days}
        )
    lines += _team_rules(campaign)
    if campaign.link_points:
        lines.append(_("À vœux égaux, on rapproche les équipes qui se rendent service."))
    lines.append(
        _("Deux personnes qui se sont déjà rencontrées peuvent se retrouver.")
        if campaign.allow_repeat_pairs
        else _("Personne ne retrouve un binôme d’une campagne passée.")
    )
    lines.append(_("Qui n’a pas eu de binôme la dernière fois passe en priorité."))
    return lines


def _booked_rules(campaign: Campaign) -> list[str]:
    return [
        _("Chacun choisit sa journée chez une équipe qui propose des places."),
        _("Au plus %(time)s de trajet pour aller chez l’autre.")
        % {"time": minutes(campaign.max_travel_minutes)},
        *_team_rules(campaign),
        _("Deux personnes qui se sont déjà rencontrées peuvent se retrouver.")
        if campaign.allow_repeat_pairs
        else _("On va chez quelqu’un que l’on n’a pas encore rencontré."),
    ]


def out_of_reach_in_words(sites: Iterable[tuple[Site, int]], limit: int) -> list[str]:
    """Who can never have a match with this travel limit, a sentence for each site."""
    return [
        ngettext(
            "%(site)s : %(n)s personne n’a aucune équipe de l’autre côté à %(limit)s de trajet ou moins.",
            "%(site)s : %(n)s personnes n’ont aucune équipe de l’autre côté à %(limit)s de trajet ou moins.",
            people,
        )
        % {"site": site.name, "n": number(people), "limit": minutes(limit)}
        for site, people in sites
    ]


def _team_rules(campaign: Campaign) -> list[str]:
    lines = []
    if campaign.max_visitors_per_team is not None:
        lines.append(
            ngettext(
                "Aucune équipe ne reçoit plus d’un visiteur le même jour.",
                "Aucune équipe ne reçoit plus de %(n)s visiteurs le même jour, moins si elle l’a fixé.",
                campaign.max_visitors_per_team,
            )
            % {"n": campaign.max_visitors_per_team}
        )
    if campaign.max_away_per_team is not None:
        lines.append(
            ngettext(
                "Aucune équipe ne laisse partir plus d’une personne le même jour.",
                "Aucune équipe ne laisse partir plus de %(n)s membres le même jour, moins si elle l’a fixé.",
                campaign.max_away_per_team,
            )
            % {"n": campaign.max_away_per_team}
        )
    if not campaign.min_presence_per_team:
        return [*lines, _("Chaque équipe garde la présence minimale qu’elle a fixée.")]
    kept = ngettext(
        "Chaque équipe garde au moins une personne présente, davantage si elle l’a fixé.",
        "Chaque équipe garde au moins %(n)s personnes présentes, davantage si elle l’a fixé.",
        campaign.min_presence_per_team,
    )
    return [*lines, kept % {"n": campaign.min_presence_per_team}]


def _most(most: int, *, swap: bool) -> str:
    if swap:
        return ngettext("Un seul échange par personne.", "%(n)s échanges au plus par personne.", most) % {
            "n": most
        }
    return ngettext(
        "Une seule journée à visiter et une à recevoir par personne.",
        "%(n)s journées au plus à visiter, et autant à recevoir, par personne.",
        most,
    ) % {"n": most}


def people_in_words(
    campaign: Campaign,
    groups: Sequence[InvitedGroup],
    sites: Sequence[Site],
    teams: Sequence[tuple[Team, Site]],
) -> list[str]:
    """Who is invited, one line a group."""
    site_names = {str(site.id): site.name for site in sites}
    team_names = {str(team.id): f"{team.name} · {site.name}" for team, site in teams}
    lines = []
    for group in groups:
        if group.kind == InvitedKind.EVERYBODY:
            lines.append(_("Tout le monde est invité."))
        elif group.kind == InvitedKind.SIDE:
            lines.append(_("Tout le %(side)s.") % {"side": side_name(Side(group.ref)).lower()})
        elif group.kind == InvitedKind.SITE:
            lines.append(_("Le site %(site)s.") % {"site": site_names.get(group.ref, "–")})
        else:
            lines.append(_("L’équipe %(team)s.") % {"team": team_names.get(group.ref, "–")})
    if not lines:
        lines.append(_("Personne n’est encore invité."))
    lines.append(
        _("Les intérimaires sont invités aussi.")
        if campaign.include_temporary
        else _("Les intérimaires ne sont pas invités.")
    )
    return lines


def checklist_in_words(campaign: Campaign) -> list[tuple[str, str | None]]:
    """What must be done before opening, and when it was; None: not yet."""
    return [
        (label, long_day(done) if done else None)
        for label, done in (
            (_("Fiche d’information publiée"), campaign.information_sheet_on),
            (_("Représentants du personnel informés"), campaign.representatives_informed_on),
        )
    ]


def proposed_story(booking: Booking) -> str:
    """What the campaign is, for whoever is invited: days in both directions, or days that are booked."""
    if booking == Booking.OPEN:
        return _(
            "Passez une journée dans le métier d’un collègue : choisissez l’équipe et le jour.\n\n"
            "Chacun sert le client, directement ou à travers quelqu’un qui le sert. Venez voir ce que votre "
            "travail change pour les autres. C’est une journée de travail, sur la base du volontariat."
        )
    return _(
        "Passez une journée dans le métier d’un collègue, puis recevez-le dans le vôtre.\n\n"
        "Chacun sert le client, directement ou à travers quelqu’un qui le sert. Venez voir ce que votre "
        "travail change pour les autres, et montrez ce que le leur change pour vous. C’est une journée de "
        "travail, sur la base du volontariat."
    )


def fitting_story(story: str, booking: Booking) -> str:
    """A story that nobody touched follows the way in which days are found; any other is its author's."""
    plain = " ".join(story.split())
    for language in LANGUAGES:
        with speaking(language):
            for one in Booking:
                if plain == " ".join(proposed_story(one).split()):
                    return proposed_story(booking)
    return story
