"""Shapes of agreements between companies: recorded, listed, taken back."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from app.core.forms import AnswerModel, FormModel
from app.core.i18n import _
from app.core.searching import folded
from app.visits.rules import Settled
from app.visits.schemas import VisitOut, VisitsOut, Words


def _none_when_empty(value: Any) -> Any:
    return None if value == "" else value


class AgreementsForm(FormModel):
    """Visits on which the two companies agreed, or past ones that are settled otherwise."""

    visit_ids: Annotated[list[int], Field(min_length=1, max_length=1000)]
    companies: Annotated[list[str], Field(default_factory=list, max_length=2)]
    """The two that agreed, as the list names them: visits that are of others meanwhile are not recorded."""
    reference: Annotated[str, Field(max_length=80)] = ""
    """As the companies' own register has it."""
    signed_on: Annotated[date | None, BeforeValidator(_none_when_empty)] = None
    what: Settled = Settled.RECORDED

    @model_validator(mode="after")
    def names_its_companies(self) -> Self:
        """An agreement is of two companies."""
        if self.what is Settled.RECORDED and len(set(map(folded, self.companies))) != 2:
            raise ValueError(_("Nommez les deux sociétés dont c’est la convention."))
        return self


class AgreementWithdrawalForm(FormModel):
    """Visits to come whose recorded agreement is taken back."""

    visit_ids: Annotated[list[int], Field(min_length=1, max_length=1000)]
    recorded_at: AwareDatetime
    """When what was read was recorded: another one, recorded since, stays."""
    words: Words = ""


class AgreementNeeded(AnswerModel):
    """Visits that wait for the agreement of the same two companies."""

    companies: list[str]
    """What recording it must name."""
    visits: list[int]


class WaitingOut(VisitsOut):
    """Visits of two companies without an agreement, by day."""

    agreements: list[AgreementNeeded]
    """The same by the two companies that must agree, most visits first."""


class AgreementOut(AnswerModel):
    """What HR recorded of two companies at one moment, for which visits to come."""

    recorded_at: datetime
    """What taking it back must name."""
    companies: list[str]
    visits: list[VisitOut]


class AgreementsOut(AnswerModel):
    """Recorded agreements of visits to come, first recorded first."""

    agreements: list[AgreementOut]
