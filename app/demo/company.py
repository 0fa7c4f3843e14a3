"""The demo company: Calestre, an invented household-equipment retailer, drawn with a fixed seed.

About 300 people on 12 sites: shops open on Saturdays, call centres, after-sales, and the back offices that
serve them; part-timers, apprentices, people without e-mail.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.accounts.tables import Account
from app.people.tables import (
    ContractKind,
    Holidays,
    Person,
    ServiceLink,
    Side,
    Site,
    Team,
)
from app.people.travel import estimate_missing

COMPANY = "Calestre"
DOMAIN = "calestre.example"
SEED = 20

MONDAY_TO_FRIDAY = "1111100"
TUESDAY_TO_SATURDAY = "0111110"
WEEKENDS = "0000011"
SUNDAY = "0000001"
SUNDAY_AND_MONDAY = "1000001"

SITES = (
    ("PAR", "Siège Paris Bercy", 48.840, 2.379, Holidays.FRANCE),
    ("DEF", "La Défense", 48.892, 2.236, Holidays.FRANCE),
    ("CRE", "Créteil Soleil", 48.779, 2.457, Holidays.FRANCE),
    ("VER", "Versailles Chantiers", 48.795, 2.135, Holidays.FRANCE),
    ("LYO", "Lyon Part-Dieu", 45.760, 4.859, Holidays.FRANCE),
    ("VIL", "Villeurbanne Gratte-Ciel", 45.770, 4.880, Holidays.FRANCE),
    ("STE", "Saint-Étienne Châteaucreux", 45.443, 4.400, Holidays.FRANCE),
    ("NAN", "Nantes Île de Nantes", 47.206, -1.548, Holidays.FRANCE),
    ("SNA", "Saint-Nazaire Ruban Bleu", 47.273, -2.213, Holidays.FRANCE),
    ("LIL", "Lille Euralille", 50.637, 3.075, Holidays.FRANCE),
    ("ROU", "Roubaix Grand-Rue", 50.690, 3.174, Holidays.FRANCE),
    ("STR", "Strasbourg Kléber", 48.583, 7.745, Holidays.ALSACE_MOSELLE),
)

BACK, FRONT = Side.BACK, Side.FRONT

# name, site, side, department, job, people, away, visitors, closed weekdays
TEAMS: tuple[tuple[str, str, Side, str, str, int, int, int, str], ...] = (
    ("Comptabilité clients", "PAR", BACK, "Finance", "Comptable", 11, 2, 2, WEEKENDS),
    ("Contrôle de gestion", "PAR", BACK, "Finance", "Contrôleur·se de gestion", 7, 1, 1, WEEKENDS),
    ("Paie", "PAR", BACK, "Ressources humaines", "Gestionnaire de paie", 8, 2, 1, WEEKENDS),
    ("Recrutement", "PAR", BACK, "Ressources humaines", "Chargé·e de recrutement", 6, 1, 1, WEEKENDS),
    ("Caisses et magasins", "PAR", BACK, "Systèmes d’information", "Développeur·se", 12, 3, 2, WEEKENDS),
    ("Marketing de l’offre", "PAR", BACK, "Marketing", "Chef·fe de produit", 9, 2, 2, WEEKENDS),
    ("Juridique", "PAR", BACK, "Juridique", "Juriste", 5, 1, 1, WEEKENDS),
    ("Achats électroménager", "DEF", BACK, "Achats", "Acheteur·se", 9, 2, 2, WEEKENDS),
    ("Prix et promotions", "DEF", BACK, "Marketing", "Analyste prix", 6, 1, 1, WEEKENDS),
    ("Facturation", "LYO", BACK, "Finance", "Gestionnaire facturation", 9, 2, 2, WEEKENDS),
    ("Approvisionnement Sud", "LYO", BACK, "Logistique", "Approvisionneur·se", 9, 2, 2, WEEKENDS),
    ("Préparation des livraisons", "STE", BACK, "Logistique", "Planificateur·rice", 7, 2, 1, WEEKENDS),
    ("Réclamations écrites", "NAN", BACK, "Relation client", "Gestionnaire réclamations", 10, 2, 2, WEEKENDS),
    ("Garanties et pièces", "NAN", BACK, "Logistique", "Gestionnaire pièces", 8, 2, 1, WEEKENDS),
    ("Comptabilité fournisseurs", "LIL", BACK, "Finance", "Comptable", 9, 2, 2, WEEKENDS),
    ("Approvisionnement Nord", "LIL", BACK, "Logistique", "Approvisionneur·se", 7, 2, 1, WEEKENDS),
    ("Recouvrement", "STR", BACK, "Finance", "Chargé·e de recouvrement", 8, 2, 1, WEEKENDS),
    ("Boutique Bercy", "PAR", FRONT, "Réseau Île-de-France", "Vendeur·se", 9, 1, 1, SUNDAY),
    ("Boutique La Défense 1", "DEF", FRONT, "Réseau Île-de-France", "Vendeur·se", 8, 1, 1, SUNDAY),
    ("Boutique La Défense 2", "DEF", FRONT, "Réseau Île-de-France", "Vendeur·se", 7, 1, 1, SUNDAY),
    ("Boutique Créteil", "CRE", FRONT, "Réseau Île-de-France", "Vendeur·se", 10, 2, 1, SUNDAY),
    ("SAV Créteil", "CRE", FRONT, "Après-vente", "Technicien·ne SAV", 8, 1, 1, SUNDAY_AND_MONDAY),
    ("Boutique Versailles", "VER", FRONT, "Réseau Île-de-France", "Vendeur·se", 8, 1, 1, SUNDAY_AND_MONDAY),
    ("Boutique Lyon 1", "LYO", FRONT, "Réseau Rhône-Alpes", "Vendeur·se", 9, 1, 1, SUNDAY),
    ("SAV Lyon", "LYO", FRONT, "Après-vente", "Technicien·ne SAV", 9, 2, 1, SUNDAY),
    ("Boutique Villeurbanne", "VIL", FRONT, "Réseau Rhône-Alpes", "Vendeur·se", 8, 1, 1, SUNDAY_AND_MONDAY),
    ("Boutique Saint-Étienne", "STE", FRONT, "Réseau Rhône-Alpes", "Vendeur·se", 7, 1, 1, SUNDAY_AND_MONDAY),
    ("Centre d’appels Nantes", "NAN", FRONT, "Service client", "Conseiller·ère client", 18, 3, 3, WEEKENDS),
    ("Boutique Nantes", "NAN", FRONT, "Réseau Ouest", "Vendeur·se", 8, 1, 1, SUNDAY),
    ("Boutique Saint-Nazaire", "SNA", FRONT, "Réseau Ouest", "Vendeur·se", 6, 1, 1, SUNDAY_AND_MONDAY),
    ("Boutique Lille", "LIL", FRONT, "Réseau Nord", "Vendeur·se", 9, 1, 1, SUNDAY),
    ("SAV Roubaix", "ROU", FRONT, "Après-vente", "Technicien·ne SAV", 8, 1, 1, SUNDAY_AND_MONDAY),
    ("Centre d’appels Roubaix", "ROU", FRONT, "Service client", "Conseiller·ère client", 13, 2, 2, WEEKENDS),
    ("Boutique Strasbourg", "STR", FRONT, "Réseau Est", "Vendeur·se", 9, 1, 1, SUNDAY),
)

LINKS = (
    ("Comptabilité clients", "Boutique Bercy"),
    ("Comptabilité clients", "Boutique Créteil"),
    ("Caisses et magasins", "Boutique Bercy"),
    ("Caisses et magasins", "Boutique La Défense 1"),
    ("Paie", "Boutique Créteil"),
    ("Achats électroménager", "Boutique La Défense 2"),
    ("Prix et promotions", "Boutique Versailles"),
    ("Marketing de l’offre", "Boutique La Défense 1"),
    ("Facturation", "SAV Lyon"),
    ("Approvisionnement Sud", "Boutique Lyon 1"),
    ("Approvisionnement Sud", "Boutique Villeurbanne"),
    ("Préparation des livraisons", "Boutique Saint-Étienne"),
    ("Réclamations écrites", "Centre d’appels Nantes"),
    ("Garanties et pièces", "Centre d’appels Nantes"),
    ("Garanties et pièces", "Boutique Nantes"),
    ("Comptabilité fournisseurs", "Boutique Lille"),
    ("Approvisionnement Nord", "SAV Roubaix"),
    ("Approvisionnement Nord", "Boutique Lille"),
    ("Recouvrement", "Boutique Strasbourg"),
)

# fmt: off
FIRST_NAMES = (
    "Adèle", "Amina", "Anaïs", "Antoine", "Aurélie", "Awa", "Baptiste", "Benoît", "Camille", "Cécile",
    "Chloé", "Clément", "Damien", "David", "Élise", "Émilie", "Ethan", "Fanny", "Farid", "Florian",
    "Gaëlle", "Guillaume", "Hélène", "Hugo", "Inès", "Ismaël", "Jade", "Jérôme", "Julie", "Karim", "Kenza",
    "Laure", "Léa", "Léo", "Linh", "Louis", "Lucie", "Maëlle", "Malik", "Manon", "Marc", "Margaux",
    "Mathilde", "Mehdi", "Mélanie", "Moussa", "Nadia", "Nathan", "Nicolas", "Nora", "Olivier", "Oumar",
    "Pauline", "Pierre", "Quentin", "Rachel", "Rayan", "Romane", "Sabrina", "Samuel", "Sarah", "Simon",
    "Sofia", "Sylvie", "Théo", "Thomas", "Valentin", "Vincent", "Yacine", "Yann", "Yasmine", "Zoé",
)
LAST_NAMES = (
    "André", "Aubert", "Bailly", "Barbier", "Bennani", "Bernard", "Besson", "Blanc", "Bonnet", "Bouvier",
    "Boyer", "Brun", "Carpentier", "Chevalier", "Colin", "Cordier", "Da Silva", "David", "Delattre",
    "Delmas", "Diallo", "Dubois", "Dumont", "Dupuis", "Durand", "Faure", "Fernandez", "Fontaine",
    "Fournier", "Garcia", "Gauthier", "Girard", "Guérin", "Haddad", "Henry", "Huet", "Jacquet", "Kaci",
    "Keller", "Lacroix", "Laurent", "Le Goff", "Legrand", "Lemaire", "Leroy", "Lopez", "Mallet", "Marchand",
    "Martel", "Mercier", "Meunier", "Meyer", "Morel", "Moreau", "Nguyen", "Noël", "Perrin", "Petit", "Pons",
    "Poulain", "Prévost", "Renaud", "Riou", "Rivière", "Robin", "Roche", "Rousseau", "Roux", "Roy",
    "Schmitt", "Simon", "Thomas", "Tran", "Traoré", "Vidal", "Weber",
)
# fmt: on


@dataclass
class Company:
    """The rows of the demo company, by the names used above."""

    sites: dict[str, Site] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    accounts: dict[int, Account] = field(default_factory=dict)
    """By person id."""
    hr: Account | None = None
    admin: Account | None = None


def make_company(session: Session, *, now: datetime) -> Company:
    """Insert the company into an empty database."""
    rng = random.Random(SEED)
    company = Company()
    for code, name, latitude, longitude, holidays in SITES:
        company.sites[code] = Site(
            code=code, name=name, latitude=latitude, longitude=longitude, holidays=holidays
        )
    session.add_all(company.sites.values())
    session.flush()
    estimate_missing(session)
    for name, site, side, department, _job, size, away, visitors, closed in TEAMS:
        site_id = company.sites[site].id
        assert site_id is not None
        company.teams[name] = Team(
            name=name,
            site_id=site_id,
            side=side,
            department=department,
            max_away=away,
            max_visitors=visitors,
            min_presence=max(2, size // 2),
            closed_weekdays=closed,
        )
    session.add_all(company.teams.values())
    session.flush()
    ids = {name: team.id for name, team in company.teams.items() if team.id is not None}
    session.add_all(ServiceLink(back_team_id=ids[back], front_team_id=ids[front]) for back, front in LINKS)
    _add_people(session, rng, company, now=now)
    return company


def _add_people(session: Session, rng: random.Random, company: Company, *, now: datetime) -> None:
    names = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    rng.shuffle(names)
    boss_of: dict[int, int] = {}
    drafts: list[tuple[Person, Account]] = []
    number = 10_000
    for name, _site, side, department, job, size, *_rest in TEAMS:
        team = company.teams[name]
        assert team.id is not None
        boss_of[team.id] = len(drafts)
        for rank in range(size):
            first, last = names.pop()
            person = _person(
                rng, first, last, number, team, department, job, leads=rank == 0, today=now.date()
            )
            email = None if side == FRONT and rank > 0 and rng.random() < 0.3 else _address(first, last)
            person.email = email
            drafts.append((person, Account(
                name=person.name, email=email, employee_number=person.employee_number, created_at=now
            )))  # fmt: skip
            number += 1
    hr_lead = next(account for person, account in drafts if person.job == "Chargé·e de recrutement")
    hr_lead.is_hr = True
    admin = Account(name="Équipe informatique", email=f"informatique@{DOMAIN}", is_admin=True, created_at=now)
    session.add_all([admin, *(account for _, account in drafts)])
    session.flush()
    for person, account in drafts:
        person.account_id = account.id
    session.add_all(person for person, _ in drafts)
    session.flush()
    for person, _account in drafts:
        boss = drafts[boss_of[person.team_id]][0]
        person.manager_id = boss.id if boss is not person else None
    company.people = [person for person, _ in drafts]
    company.accounts = {person.id: account for person, account in drafts if person.id is not None}
    company.hr, company.admin = hr_lead, admin


def _person(
    rng: random.Random, first: str, last: str, number: int, team: Team, department: str, job: str, *,
    leads: bool, today: date,
) -> Person:  # fmt: skip
    assert team.id is not None
    works_saturdays = team.side == FRONT and team.closed_weekdays[5] == "0"
    week = TUESDAY_TO_SATURDAY if works_saturdays and rng.random() < 0.7 else MONDAY_TO_FRIDAY
    if not leads and rng.random() < 0.2:
        off = rng.choice([day for day in range(6) if week[day] == "1"])
        week = f"{week[:off]}0{week[off + 1 :]}"
    contract, school = ContractKind.PERMANENT, "0000000"
    if not leads and (roll := rng.random()) < 0.1:
        contract = ContractKind.FIXED_TERM if roll < 0.04 else ContractKind.APPRENTICE
        if contract is ContractKind.APPRENTICE:
            school = "1000000" if week[0] == "1" else "0010000"
    languages = ["fr"] + [
        code for code, share in (("en", 0.3), ("ar", 0.06), ("es", 0.06)) if rng.random() < share
    ]
    return Person(
        employee_number=f"C{number}",
        first_name=first,
        last_name=last,
        team_id=team.id,
        department=department,
        job=f"Responsable · {job}" if leads else job,
        languages=languages,
        entered_on=today - timedelta(days=rng.randint(90, 7000)),
        worked_weekdays=week,
        school_weekdays=school,
        legal_entity="Calestre Distribution SAS" if team.side == FRONT else "Calestre SA",
        commute_minutes=rng.choice((10, 15, 20, 25, 30, 40, 50, 60)),
        contract=contract,
        contract_ends_on=today + timedelta(days=400) if contract is not ContractKind.PERMANENT else None,
    )


def _address(first: str, last: str) -> str:
    plain = f"{first}.{last}".lower().replace(" ", "-")
    for accented, letter in zip("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc", strict=True):
        plain = plain.replace(accented, letter)
    return f"{plain}@{DOMAIN}"
