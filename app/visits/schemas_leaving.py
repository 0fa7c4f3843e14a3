"""What pausing or leaving a campaign takes."""

from datetime import date

from app.core.forms import FormModel
from app.visits.schemas import Words


class LeaveForm(FormModel):
    """Leaving a campaign, on the version of the enrolment that was seen."""

    words: Words = ""
    version: int


class PauseForm(FormModel):
    """From when to when nothing is planned."""

    first: date
    last: date
    words: Words = ""
    version: int


class ResumeForm(FormModel):
    """The pause is over."""

    version: int
