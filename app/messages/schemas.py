"""Forms of messages."""

from pydantic import Field

from app.core.forms import FormModel


class HandingForm(FormModel):
    """Letters that were given on paper."""

    mail: list[int] = Field(min_length=1)
