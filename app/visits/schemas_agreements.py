"""Shapes of agreements between companies: recorded, listed, taken back."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field

from app.core.forms import AnswerModel, FormModel
from app.visits.rules import Settled
from app.visits.schemas import VisitOut, Words


def _none_when_empty(value: Any) -> Any:
    return None if value == "" else value


class AgreementsForm(FormModel):
    """Visits on which the two companies agreed, or past ones that are settled otherwise."""

    visit_ids: Annotated[list[int], Field(min_length=1, max_length=1000)]
    reference: Annotated[str, Field(max_length=80)] = ""
    """As the companies' own register has it."""
    signed_on: Annotated[date | None, BeforeValidator(_none_when_empty)] = None
    what: Settled = Settled.RECORDED


class AgreementWithdrawalForm(FormModel):
    """Visits to come whose recorded agreement is taken back."""

    visit_ids: Annotated[list[int], Field(min_length=1, max_length=1000)]
    recorded_at: AwareDatetime
    """When what was read was recorded: another one, recorded since, stays."""
    words: Words = ""


class AgreementsPageForm(AgreementsForm):
    """The same of a page that has one form for each pair of companies."""

    pair: str = ""
    """Which of them was sent: where something is refused, it comes back as it was."""


class AgreementOut(AnswerModel):
    """What HR recorded of two companies at one moment, for which visits to come."""

    recorded_at: datetime
    """What taking it back must name."""
    companies: list[str]
    visits: list[VisitOut]


class AgreementsOut(AnswerModel):
    """Recorded agreements of visits to come, first recorded first."""

    agreements: list[AgreementOut]
