"""Somebody with something in every feature, for the tests of erasing."""

from datetime import date

from sqlmodel import Session

from app.accounts import links
from app.accounts import service as accounts
from app.accounts.tables import Account, TokenRole
from app.availability.tables import Avoidance, ForbiddenPair
from app.calendars import service as calendars
from app.debriefs import service as debriefs
from app.messages.tables import Mail, MailStatus
from app.people.service import receive_file
from app.people.tables import ImportKind, Person
from app.planning.tables import Pin
from app.visits import queries as visits
from app.visits import service as visits_service
from app.visits.tables import CancelReason, Unmatched, Visit
from tests.factories import (
    NOW,
    make_account,
    make_campaign,
    make_enrolment,
    make_person,
    make_team,
    make_visit,
)
from tests.support.web import Clock

CANARIES = (
    "Zoéline",
    "Kanarivitch",
    "zk.canari@exemple.fr",
    "MAT-CANARI-7",
    "06 99 88 77 66",
    "dompteuse de canaris",
    "Direction Canari",
    "Canari SARL",
    "7 h 07 à 15 h 15",
    "secret-du-canari",
)


class Story:
    """Zoéline has lived one day at Bruno's and shall live another; she manages Paul and avoids Nora."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        payroll = make_team(session, name="Paie", side="back", department="RH")
        shop = make_team(session, name="Boutique Bellecour")
        self.zoe = make_person(
            session,
            payroll,
            first_name="Zoéline",
            last_name="Kanarivitch",
            email="zk.canari@exemple.fr",
            employee_number="MAT-CANARI-7",
            phone="06 99 88 77 66",
            job="dompteuse de canaris",
            department="Direction Canari",
            legal_entity="Canari SARL",
            usual_hours="7 h 07 à 15 h 15",
            commute_minutes=47,
            languages=["fr", "is"],
        )
        account = session.get(Account, self.zoe.account_id)
        assert account is not None
        account.password_hash = account.code_hash = account.pin_hash = "secret-du-canari"
        account.language = "en"
        self.bruno = make_person(session, shop, first_name="Bruno", last_name="Lam")
        self.nora = make_person(session, shop, first_name="Nora", last_name="Ali", email=None)
        self.paul = make_person(
            session, payroll, first_name="Paul", last_name="Petit", manager_id=self.zoe.id
        )
        campaign = make_campaign(
            session, name="Journées vécues", status="running", first_day=date(2027, 2, 8)
        )
        self.campaign = campaign
        self.past = make_visit(session, campaign, self.zoe, self.bruno, day=date(2027, 2, 25))
        self.coming = make_visit(session, campaign, self.bruno, self.zoe, day=date(2027, 3, 18))
        self.called_off = make_visit(session, campaign, self.nora, self.zoe, day=date(2027, 3, 22))
        self.others = make_visit(session, campaign, self.nora, self.paul, day=date(2027, 3, 19))
        mine = make_enrolment(session, campaign, self.zoe)
        theirs = make_enrolment(session, campaign, self.bruno)
        session.add_all(
            [
                Avoidance(enrolment_id=mine.id or 0, person_id=self.nora.id or 0),
                Avoidance(enrolment_id=theirs.id or 0, person_id=self.zoe.id or 0),
                Avoidance(enrolment_id=theirs.id or 0, person_id=self.nora.id or 0),
                _apart(campaign.id or 0, self.zoe, self.nora),
                Pin(
                    campaign_id=campaign.id or 0,
                    visitor_id=self.zoe.id or 0,
                    host_id=self.bruno.id or 0,
                    day=date(2027, 3, 30),
                    created_at=NOW,
                ),
                Unmatched(
                    campaign_id=campaign.id or 0,
                    person_id=self.zoe.id or 0,
                    reason="x",
                    text_fr="Kanarivitch",
                    text_en="Kanarivitch",
                    created_at=NOW,
                ),
            ]
        )
        self.feed = calendars.renew_address(session, self.zoe, now=NOW)
        self.link = links.make_link(session, account, now=NOW)
        self.token = accounts.create_token(
            session, account_id=account.id or 0, name="canari", role=TokenRole.HR, now=NOW
        )
        header = "Matricule;Prénom;Nom;Équipe\n"
        staff = f"{header}MAT-CANARI-7;Zoéline;Kanarivitch;Paie\n".encode()
        self.staff_file = staff
        receive_file(session, ImportKind.PEOPLE, "rh.csv", staff, by=self.hr.id or 0, full=False, now=NOW)
        session.flush()
        author = debriefs.author_of(visits.visit(session, self.past.id or 0), self.zoe.id)
        debriefs.save_draft(session, author, {"surprise": "brouillon du canari"}, now=clock.at)
        visits_service.cancel_visit(
            session, self.called_off, CancelReason.CLOSED, None, clock.at, today=clock.at.date()
        )
        session.add_all(
            [
                self._mail("visit_invitation", self.past, self.bruno, MailStatus.SENT),
                self._mail("visit_invitation", self.past, self.zoe, MailStatus.SENT),
                self._mail("visit_invitation", self.others, self.nora, MailStatus.UNREACHABLE, "Paul Petit"),
                Mail(
                    key="sign_in_link:1:x",
                    kind="sign_in_link",
                    account_id=account.id,
                    to_name="Zoéline Kanarivitch",
                    to_address="zk.canari@exemple.fr",
                    language="fr",
                    subject="Lien",
                    text="secret-du-canari",
                    html="",
                    next_attempt_at=NOW,
                    created_at=NOW,
                ),
            ]
        )
        session.flush()

    def _mail(
        self, kind: str, visit: Visit, to: Person, status: MailStatus, other: str = "Zoéline Kanarivitch"
    ) -> Mail:
        return Mail(
            key=f"{kind}:{visit.id}:0:{to.id}",
            kind=kind,
            status=status,
            account_id=to.account_id,
            person_id=to.id,
            to_name=to.name,
            to_address=to.email,
            reply_to="zk.canari@exemple.fr",
            language="fr",
            subject=f"Avec {other}",
            text=f"Avec {other}",
            html=f"<p>{other}</p>",
            next_attempt_at=NOW,
            created_at=NOW,
        )


def _apart(campaign_id: int, one: Person, other: Person) -> ForbiddenPair:
    a, b = sorted([one.id or 0, other.id or 0])
    return ForbiddenPair(campaign_id=campaign_id, a_id=a, b_id=b, created_at=NOW)
