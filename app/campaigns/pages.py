"""Pages of campaigns."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
