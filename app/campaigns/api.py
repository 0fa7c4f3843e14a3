"""JSON door of campaigns."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["campaigns"])
