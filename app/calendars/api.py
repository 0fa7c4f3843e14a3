"""JSON door of calendars."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["calendars"])
