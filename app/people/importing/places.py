"""Finding sites and teams by what a file calls them."""

import re
from collections import defaultdict
from collections.abc import Iterable

from app.core.i18n import _
from app.people.importing.columns import plain
from app.people.importing.values import BadValue
from app.people.tables import Site, Team


class Sites:
    """Sites by code, else by name; case and accents do not matter."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.by_id = {site.id: site for site in sites if site.id is not None}
        self._by_key: dict[str, Site] = {}
        for site in self.by_id.values():
            self._by_key.setdefault(plain(site.name), site)
        for site in self.by_id.values():
            self._by_key[plain(site.code)] = site

    def find(self, cell: str) -> Site:
        """The site a cell names. Raises BadValue."""
        found = self._by_key.get(plain(cell)) if cell else None
        if found is not None:
            return found
        if not self.by_id:
            raise BadValue(_("Aucun site n’est connu : importez d’abord le fichier des sites."))
        if not cell:
            raise BadValue(_("Indiquez le code du site."))
        raise BadValue(
            _("Site inconnu. Codes connus : %(codes)s. Corrigez-le, ou ajoutez-le au fichier des sites.")
            % {"codes": ", ".join(sorted(site.code for site in self.by_id.values())[:15])}
        )


class Teams:
    """Teams by name, and by site where a name is used at several."""

    def __init__(self, teams: Iterable[Team], sites: Sites) -> None:
        self.by_id = {team.id: team for team in teams if team.id is not None}
        self._sites = sites
        self._by_name: dict[str, list[Team]] = defaultdict(list)
        for team in self.by_id.values():
            self._by_name[plain(team.name)].append(team)

    def find(self, cell: str, site: Site | None = None) -> Team:
        """The team a cell names, at `site` when given; `Paie (LYO)` names its site too. Raises BadValue."""
        if not cell:
            raise BadValue(_("Indiquez le nom de l’équipe."))
        named = self._by_name.get(plain(cell), [])
        if not named and (within := re.fullmatch(r"(.+?)\s*(?:\(([^()]+)\)|[·|@]\s*(.+))", cell)):
            place = plain(within[2] or within[3])
            named = [
                team
                for team in self._by_name.get(plain(within[1]), [])
                if place
                in {plain(self._sites.by_id[team.site_id].code), plain(self._sites.by_id[team.site_id].name)}
            ]
        if site is not None:
            here = [team for team in named if team.site_id == site.id]
            if named and not here:
                raise BadValue(
                    _(
                        "Cette équipe n’est pas sur le site %(site)s, mais sur %(others)s. Corrigez "
                        "l’équipe ou le site."
                    )
                    % {
                        "site": site.code,
                        "others": ", ".join(sorted(self._sites.by_id[team.site_id].code for team in named)),
                    }
                )
            named = here
        if len(named) == 1:
            return named[0]
        if named:
            raise BadValue(
                _("Plusieurs sites ont une équipe de ce nom : écrivez par exemple « Paie (LYO) ».")
            )
        if not self.by_id:
            raise BadValue(_("Aucune équipe n’est connue : importez d’abord le fichier des équipes."))
        raise BadValue(_("Équipe inconnue. Corrigez son nom, ou ajoutez-la au fichier des équipes."))
