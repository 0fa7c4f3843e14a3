"""JSON door of availability."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["availability"])
