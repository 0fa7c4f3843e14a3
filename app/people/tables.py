"""Rows of the company: sites, teams, people, service links, travel times, imports under way."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.accounts.tables import ERASED
from app.core.db import Instant
from app.core.i18n import _

WORKING_WEEK = "1111100"
"""Monday to Friday, one 0/1 per weekday from Monday."""
WEEK = ("worked_weekdays", "school_weekdays", "entered_on", "contract_ends_on")
"""What of a person says when they work."""


class Side(StrEnum):
    """Back office, or front office (those who meet customers)."""

    BACK = "back"
    FRONT = "front"


class Holidays(StrEnum):
    """Which public holidays a site keeps."""

    FRANCE = "FR"
    ALSACE_MOSELLE = "FR-57"
    """Good Friday (where there is a church of both confessions) and 26 December as well."""


class Site(SQLModel, table=True):
    """A place of work."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    latitude: float | None = None
    longitude: float | None = None
    holidays: Holidays = Holidays.FRANCE
    version: int = 1
    """Grows with each change; a change made on an older version is refused."""


class TravelTime(SQLModel, table=True):
    """One-way minutes between two sites; `from_site_id` < `to_site_id`, valid both ways."""

    __tablename__ = "travel_time"
    __table_args__ = (CheckConstraint("from_site_id < to_site_id", name="ordered"),)

    from_site_id: int = Field(foreign_key="site.id", primary_key=True, ondelete="CASCADE")
    to_site_id: int = Field(foreign_key="site.id", primary_key=True, index=True, ondelete="CASCADE")
    minutes: int
    estimated: bool = True
    """Computed from coordinates, not told by somebody."""


class Team(SQLModel, table=True):
    """People of one side who work together at one site."""

    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    side: Side = Field(index=True)
    department: str = ""
    """The division (« direction ») most of its people belong to; pairs cross departments."""
    max_away: int = 1
    """Members visiting elsewhere on one day, at most."""
    max_visitors: int = 1
    """Visitors received on one day, at most."""
    min_presence: int = 0
    """Members who must stay on every worked day."""
    closed_weekdays: str = "0000000"
    """One 0/1 per weekday from Monday: 1 = receives nobody."""
    version: int = 1
    """Grows with each change; a change made on an older version is refused."""


class ContractKind(StrEnum):
    """Kinds that change who is invited and when."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    TEMPORARY = "temporary"
    """Temporary agency staff: left out by default."""
    APPRENTICE = "apprentice"
    """School days are blocked."""
    INTERN = "intern"


class Person(SQLModel, table=True):
    """An employee, as the HR system knows them."""

    id: int | None = Field(default=None, primary_key=True)
    employee_number: str = Field(unique=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", unique=True)
    first_name: str
    last_name: str = Field(index=True)
    email: str | None = None
    phone: str = ""
    team_id: int = Field(foreign_key="team.id", index=True)
    department: str = ""
    job: str = ""
    manager_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    languages: list[str] = Field(default_factory=lambda: ["fr"], sa_column=Column(JSON, nullable=False))
    """ISO 639-1 codes."""
    entered_on: date | None = None
    worked_weekdays: str = WORKING_WEEK
    school_weekdays: str = "0000000"
    """An apprentice's days at school, one 0/1 per weekday from Monday."""
    usual_hours: str = ""
    legal_entity: str = ""
    commute_minutes: int | None = None
    contract: ContractKind = ContractKind.PERMANENT
    contract_ends_on: date | None = None
    under_18: bool = False
    active: bool = Field(default=True, index=True)
    """False for leavers, whose past visits stay."""

    @property
    def erased(self) -> bool:
        """Only the row is left, for the sake of the days that others lived with this person."""
        return self.employee_number.startswith(ERASED)

    @property
    def name(self) -> str:
        """First name and family name."""
        return _("Personne effacée") if self.erased else f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        """Two letters for the face."""
        return (self.first_name[:1] + self.last_name[:1]).upper()


class ServiceLink(SQLModel, table=True):
    """The back-office team serves the front-office team."""

    __tablename__ = "service_link"

    back_team_id: int = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    front_team_id: int = Field(foreign_key="team.id", primary_key=True, index=True, ondelete="CASCADE")


class ImportKind(StrEnum):
    """Files in the order they are imported."""

    SITES = "sites"
    TEAMS = "teams"
    PEOPLE = "people"
    LINKS = "links"
    TRAVEL = "travel"


class ImportFile(SQLModel, table=True):
    """A file uploaded and previewed, waiting for its confirmation; removed once confirmed or after a day."""

    __tablename__ = "import_file"

    id: int | None = Field(default=None, primary_key=True)
    kind: ImportKind
    name: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    full: bool = False
    """The file names everybody: whoever is missing from it has left."""
    created_at: datetime = Field(sa_type=Instant, index=True)
