"""What the provider tells us by itself: an id, and nothing that is believed."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from services.payments.config import settings_of
from services.payments.providers.mollie import SIGNATURE_HEADER, is_signed
from services.payments.use_cases.ask_provider import hear_webhook
from shared.errors import InningError, InvalidInput
from shared.service import Service

router = APIRouter(prefix="/webhooks", include_in_schema=False)

_PROVIDER_ID = re.compile(r"tr_[A-Za-z0-9]{1,64}", re.ASCII)


class BadSignature(InningError):
    code = "bad_signature"
    status = 401
    title = "The signature is not of this body"


@router.post("/mollie")
async def mollie(request: Request) -> Response:
    """`id=tr_...` as a form. The payment is fetched back; saying it twice changes nothing.

    An id that is not ours gets 200 too, so that nobody can find out which ids exist.
    """
    service: Service = request.app.state.service
    body = await request.body()
    secret = settings_of(service).provider_webhook_secret.get_secret_value()
    signature = request.headers.get(SIGNATURE_HEADER)
    if signature is not None and secret and not is_signed(body, signature, secret):
        raise BadSignature()
    await hear_webhook(service, _provider_id(body))
    return PlainTextResponse("")


def _provider_id(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        raise InvalidInput.field("body", "not a form") from None
    ids = fields.get("id", [])
    if len(ids) != 1 or not _PROVIDER_ID.fullmatch(ids[0]):
        raise InvalidInput.field("id", "the id of one payment, such as tr_WDqYK6vllg")
    return ids[0]
