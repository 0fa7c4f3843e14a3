"""Of whom a roster's row is: by employee number; where there is none by e-mail address, else by full name.

Never a guess: namesakes are told apart by their team, or refused.
"""

from collections import defaultdict
from collections.abc import Iterable

from app.core.i18n import _
from app.people.importing.columns import plain
from app.people.importing.staff import number_key
from app.teams.importing.columns import RosterSheet
from app.teams.queries import Member


class Unknown(Exception):
    """Nobody whom the sender may name, or several people; with the field to correct."""

    def __init__(self, field: str, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.value = value


class Directory:
    """The people whom a sender may name, by what files call them."""

    def __init__(self, members: Iterable[Member], *, everybody: bool) -> None:
        self.everybody = everybody
        self.by_number: dict[str, Member] = {}
        self.by_email: dict[str, Member] = {}
        self.by_name: defaultdict[str, list[Member]] = defaultdict(list)
        for member in members:
            self.by_number[number_key(member.number)] = member
            if member.email:
                self.by_email[member.email.casefold()] = member
            self.by_name[_name_key(member.name)].append(member)

    def find(self, sheet: RosterSheet, cells: list[str]) -> Member:
        """The person of a row. Raises Unknown."""
        number, address = sheet.cell(cells, "employee_number"), sheet.cell(cells, "email")
        if number:
            # Some files put an address or a name where the number belongs.
            written = number_key(number)
            found = self.by_number.get(written) or self.by_email.get(number.casefold())
            if found is None and " " in number.strip():
                return self._by_name("employee_number", number, sheet.cell(cells, "team"))
            if found is None:
                raise Unknown("employee_number", number, self._nobody("number"))
            return found
        if address:
            found = self.by_email.get(address.casefold())
            if found is None:
                raise Unknown("email", address, self._nobody("email"))
            return found
        field = "name" if sheet.cell(cells, "name") else "last_name"
        name = sheet.cell(cells, "name") or " ".join(
            filter(None, (sheet.cell(cells, "first_name"), sheet.cell(cells, "last_name")))
        )
        if not name:
            field = next(
                (one for one in ("employee_number", "email", "name") if one in sheet.places), "last_name"
            )
            raise Unknown(
                field,
                "",
                _("Cette cellule est vide alors que sa valeur est nécessaire : complétez-la."),
            )
        return self._by_name(field, name, sheet.cell(cells, "team"))

    def _by_name(self, field: str, name: str, team: str) -> Member:
        if "@" in name and (one := self.by_email.get(name.casefold())):
            return one
        found = self.by_name.get(_name_key(name), [])
        if len(found) > 1 and team:
            found = [one for one in found if plain(one.team) == plain(team)]
        if len(found) > 1:
            sentence = _("Plusieurs personnes portent ce nom : ajoutez leur matricule.")
            raise Unknown(field, name, sentence)
        if not found:
            raise Unknown(field, name, self._nobody("name"))
        return found[0]

    def _nobody(self, by: str) -> str:
        if self.everybody:
            return {
                "number": _(
                    "Personne en poste ne porte ce matricule : corrigez-le, ou importez d’abord les "
                    "personnes."
                ),
                "email": _("Personne en poste n’a cette adresse : corrigez-la, ou écrivez le matricule."),
                "name": _(
                    "Personne en poste ne porte ce nom : écrivez nom et prénom comme dans la liste des "
                    "personnes, ou le matricule."
                ),
            }[by]
        return {
            "number": _(
                "Personne de vos équipes ne porte ce matricule : corrigez-le, ou laissez cette ligne aux "
                "ressources humaines."
            ),
            "email": _("Personne de vos équipes n’a cette adresse : corrigez-la, ou écrivez le matricule."),
            "name": _(
                "Personne de vos équipes ne porte ce nom : écrivez nom et prénom comme dans votre équipe, ou "
                "le matricule."
            ),
        }[by]


def _name_key(name: str) -> str:
    return " ".join(sorted(plain(name).split()))
