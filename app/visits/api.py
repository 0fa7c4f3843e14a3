"""JSON door of visits."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["visits"])
