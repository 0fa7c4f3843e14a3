"""The company that lives the campaign, and its files as an HR system exports them."""

from dataclasses import dataclass

SITES = (
    "Site;Nom;Latitude;Longitude\n"
    "LYO;Lyon Part-Dieu;45.76;4.859\n"
    "VIL;Villeurbanne Gratte-Ciel;45.77;4.88\n"
    "STR;Strasbourg Kléber;48.583;7.746\n"
)

TEAMS = (
    "Équipe;Site;Côté;Absents max par jour;Visiteurs max par jour;Jours fermés\n"
    "Comptabilité Lyon;LYO;Back-office;2;2;sam\n"
    "Paie Lyon;LYO;Back-office;2;2;sam\n"
    "Contrôle Strasbourg;STR;Back-office;1;1;sam\n"
    "SAV Lyon 1;LYO;Front-office;2;2;\n"
    "Boutique Villeurbanne 1;VIL;Front-office;2;2;lun\n"
    "Agence Strasbourg 1;STR;Front-office;1;1;\n"
)

LINKS = (
    "Équipe back-office;Équipe front-office\n"
    "Comptabilité Lyon;SAV Lyon 1\n"
    "Paie Lyon;Boutique Villeurbanne 1\n"
    "Contrôle Strasbourg;Agence Strasbourg 1\n"
)

HEADER = (
    "Matricule;Prénom;Nom;Adresse e-mail;Équipe;Direction;Site;Côté;Poste;Responsable;Langues;Date d'entrée;"
    "Jours travaillés;Entité juridique;Trajet habituel (min);Mobile"
)


HR = "claire.morel@exemple.fr"
PIN = "274916"
"""Of whoever has no address, once chosen."""


@dataclass(frozen=True)
class Employee:
    """One line of the file; `email` is empty for somebody whom the company writes on paper."""

    number: str
    first: str
    last: str
    team: str
    department: str
    site: str
    side: str
    job: str
    has_email: bool = True
    manager: str = ""
    days: str = "lun mar mer jeu ven"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Their address at the company."""
        return f"{self.first}.{self.last}@exemple.fr".lower() if self.has_email else ""

    def row(self, **over: str) -> str:
        """Their line; `over` spoils a cell."""
        cells = {
            "number": self.number,
            "first": self.first,
            "last": self.last,
            "email": self.email,
            "team": self.team,
            "department": self.department,
            "site": self.site,
            "side": self.side,
            "job": self.job,
            "manager": self.manager,
            "languages": "fr",
            "entered": "09/02/2019",
            "days": self.days,
            "entity": "Exemple SA",
            "commute": "25",
            "mobile": "+33 6 44 83 37 88",
            **over,
        }
        return ";".join(cells.values())


def _accountant(number: str, first: str, last: str, **over: str) -> Employee:
    place = ("Comptabilité Lyon", "Finance", "LYO", "Back-office", "Comptable")
    return Employee(number, first, last, *place, **over)  # type: ignore[arg-type]


def _payroll(number: str, first: str, last: str) -> Employee:
    return Employee(number, first, last, "Paie Lyon", "RH", "LYO", "Back-office", "Gestionnaire de paie")


def _technician(number: str, first: str, last: str) -> Employee:
    return Employee(
        number, first, last, "SAV Lyon 1", "Réseau Sud", "LYO", "Front-office", "Technicien·ne SAV"
    )


def _seller(number: str, first: str, last: str, *, has_email: bool = True) -> Employee:
    place = ("Boutique Villeurbanne 1", "Réseau Sud", "VIL", "Front-office", "Vendeur·se", has_email)
    return Employee(number, first, last, *place, days="mar mer jeu ven sam")


ANNA = _accountant("E10001", "Anna", "Petit", manager="E10003")
BASILE = _accountant("E10002", "Basile", "Morin", manager="E10003")
CHARLES = _accountant("E10003", "Charles", "Riou")
DIANE = _payroll("E10004", "Diane", "Roux")
ELIAS = _payroll("E10005", "Elias", "Haddad")
OUMAR = _payroll("E10006", "Oumar", "Simon")
FARID = _technician("E10007", "Farid", "Kaci")
GAELLE = _technician("E10008", "Gaelle", "Tran")
HUGO = _technician("E10009", "Hugo", "Vidal")
NORA = _technician("E10010", "Nora", "Blanc")
INES = _seller("E10011", "Ines", "Meyer")
JADE = _seller("E10012", "Jade", "Weber", has_email=False)
KARIM = _seller("E10013", "Karim", "Diallo")
PAUL = _seller("E10014", "Paul", "Leroy")
LEA = Employee(
    "E10015", "Lea", "Schmitt", "Contrôle Strasbourg", "Contrôle", "STR", "Back-office", "Contrôleur·se"
)
MARC = Employee(
    "E10016",
    "Marc",
    "Keller",
    "Agence Strasbourg 1",
    "Réseau Est",
    "STR",
    "Front-office",
    "Chargé·e d'accueil",
)

EVERYBODY = (
    ANNA, BASILE, CHARLES, DIANE, ELIAS, OUMAR, FARID, GAELLE, HUGO, NORA, INES, JADE, KARIM, PAUL, LEA, MARC,
)  # fmt: skip
BY_NAME = {one.name: one for one in EVERYBODY}

REJECTED = (
    ("Adresse e-mail", "quentin.martin@@exemple"),
    ("Date d'entrée", "31/02/2020"),
    ("Site", "ZZZ"),
    ("Côté", "Middle"),
)
"""What is wrong in the file, in its order: column and value as written."""


def staff() -> str:
    """The whole file: everybody, and four lines that cannot be read."""
    faulty = (
        _technician("E10020", "Quentin", "Martin").row(email="quentin.martin@@exemple"),
        _technician("E10021", "Rita", "Costa").row(entered="31/02/2020"),
        _technician("E10022", "Sami", "Nasri").row(site="ZZZ"),
        _technician("E10023", "Tess", "Aubry").row(side="Middle"),
    )
    good = [one.row() for one in EVERYBODY]
    return "\n".join([HEADER, *good[:8], *faulty, *good[8:], ""])
