"""Pages of accounts: the doors in and out, one's own account, the administrator's pages."""

from fastapi import APIRouter

from app.accounts import pages_account, pages_admin, pages_api, pages_sign_in

router = APIRouter(include_in_schema=False)
router.include_router(pages_sign_in.router)
router.include_router(pages_account.router)
router.include_router(pages_admin.router)
router.include_router(pages_api.router)
