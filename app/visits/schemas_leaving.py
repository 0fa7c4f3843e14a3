"""What pausing or leaving a campaign takes."""

from datetime import date
from typing import Annotated

from pydantic import Field

from app.core.forms import FormModel
from app.visits.schemas import Words

Shown = Annotated[str, Field(max_length=64)]
"""The fingerprint of what was shown: that falls, or nothing. Empty where nothing was looked at before."""


class LeaveForm(FormModel):
    """Leaving a campaign, on the version of the enrolment that was seen."""

    words: Words = ""
    version: int
    shown: Shown = ""


class PauseForm(FormModel):
    """From when to when nothing is planned."""

    first: date
    last: date
    words: Words = ""
    version: int
    shown: Shown = ""


class ResumeForm(FormModel):
    """The pause is over."""

    version: int
