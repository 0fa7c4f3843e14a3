"""Forms of documents."""

from pydantic import Field

from app.core.forms import FormModel


class CardsForm(FormModel):
    """People for whom cards are printed."""

    person: list[int] = Field(min_length=1, max_length=1000)
