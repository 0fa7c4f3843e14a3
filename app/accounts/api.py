"""JSON door of accounts."""

from fastapi import APIRouter

from app.accounts.guards import SignedIn
from app.accounts.schemas import MeOut

router = APIRouter(prefix="/api/v1", tags=["accounts"])


@router.get("/me")
def me(actor: SignedIn) -> MeOut:
    """Whoever asks: a quick way to see what a token opens."""
    return MeOut.model_validate(actor, from_attributes=True)
