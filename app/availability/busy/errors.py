"""Why a calendar was not read, in the reader's words."""

from app.availability.busy.lines import Fault
from app.availability.busy.lines import Refused as Unread
from app.core.errors import Refusal
from app.core.i18n import _
from app.core.outbound import NotFetched, Why


class CalendarNotRead(Refusal):
    """The file or the address gives no days; what was read before stands."""

    status = 422

    def __init__(self, fault: Fault | Why) -> None:
        super().__init__()
        self.fault = fault

    def message(self) -> str:
        return sentence(self.fault.value)


class AddressesOff(Refusal):
    """IT does not let the service fetch calendars."""

    status = 403

    def message(self) -> str:
        return _("Ici, l’agenda se donne en fichier, pas par son adresse.")


def not_read(refused: Unread | NotFetched) -> CalendarNotRead:
    """The refusal for what the reading or the fetching said."""
    return CalendarNotRead(refused.fault if isinstance(refused, Unread) else refused.why)


def sentence(fault: str) -> str:
    """What happened and what to do."""
    sentences = {
        Fault.NO_CALENDAR: _(
            "Ce n’est pas un agenda : donnez un fichier .ics, ou le .zip tel que Google l’exporte."
        ),
        Fault.UNFINISHED: _(
            "Ce fichier s’arrête avant la fin de l’agenda : exportez-le de nouveau. Rien n’a été changé."
        ),
        Fault.TOO_LARGE: _("Cet agenda dépasse 10 Mo : exportez seulement les mois de la campagne."),
        Fault.TOO_FREQUENT: _(
            "Un événement de cet agenda revient plus de 24 fois par jour : retirez-le, puis exportez "
            "de nouveau. Rien n’a été changé."
        ),
        Fault.TOO_MANY: _(
            "Cet agenda contient trop d’événements pour être lu : exportez seulement les mois de la campagne."
        ),
        Fault.TOO_COMPLICATED: _(
            "Cet agenda est trop compliqué pour être lu ici : exportez seulement les mois de la campagne, "
            "ou choisissez vos jours à la main."
        ),
        Fault.NOT_NOW: _(
            "Votre agenda n’a pas pu être lu à temps. Réessayez dans une minute ; si cela se répète, "
            "exportez seulement les mois de la campagne, ou choisissez vos jours à la main."
        ),
        Why.NOT_ALLOWED: _(
            "Cette adresse ne peut pas être lue d’ici : copiez l’adresse privée que donne votre agenda "
            "en ligne, celle qui commence par https://."
        ),
        Why.UNREACHABLE: _("Cette adresse ne répond pas. Vérifiez-la, ou donnez le fichier."),
        Why.REDIRECTED: _(
            "Cette adresse renvoie vers une autre, que nous ne suivons pas : copiez l’adresse finale, "
            "ou donnez le fichier."
        ),
        Why.ANSWERED_NO: _(
            "Cette adresse ne donne pas d’agenda. Copiez-la de nouveau, ou donnez le fichier."
        ),
        Why.TOO_SLOW: _("Cette adresse répond trop lentement. Réessayez plus tard, ou donnez le fichier."),
    }
    return sentences[Fault(fault) if fault in set(Fault) else Why(fault)]
