"""JSON door of messages."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["messages"])
