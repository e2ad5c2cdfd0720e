"""The page behind the link of an online mandate: what is asked, and a button that signs it.

Looking changes nothing: programs follow links in mail. The link itself is all that entitles to
sign, and no browser sends it by itself, so a form on another site has nothing to misuse.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.payments.api.mandate_view import draw_mandate
from services.payments.api.page_drawing import draw_no_link, in_language, own_address, redirect
from services.payments.api.page_limits import TooManyLooks, admit, note_no_link
from services.payments.domain.confirmation import NoSuchRequest
from services.payments.use_cases.confirm_mandate import (
    MandatePage,
    confirm_mandate,
    show_mandate_page,
)

router = APIRouter(prefix="/mandate", include_in_schema=False)


@router.get("/{token}")
async def mandate_page(request: Request, token: str) -> Response:
    """What is to be signed, or how it stands."""
    try:
        await admit(request, token)
        page = await _page(request, token)
    except (NoSuchRequest, TooManyLooks) as error:
        return draw_no_link(request, "no_mandate", error)
    return draw_mandate(request, token, page)


@router.post("/{token}")
async def sign(request: Request, token: str) -> Response:
    """Sign it if it still can be, and show how it stands by then."""
    try:
        await admit(request, token)
        await _page(request, token)
        await confirm_mandate(request.app.state.service, token)
    except (NoSuchRequest, TooManyLooks) as error:
        return draw_no_link(request, "no_mandate", error)
    # Looking again, instead of an answer to a form, may be reloaded and gone back to.
    return redirect(in_language(request, own_address(request, f"/mandate/{token}")))


async def _page(request: Request, token: str) -> MandatePage:
    try:
        return await show_mandate_page(request.app.state.service, token)
    except NoSuchRequest:
        await note_no_link(request)
        raise
