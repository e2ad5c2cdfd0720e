"""A stand-in that speaks of its books as Adyen does: notifications, and a report per batch."""

from __future__ import annotations

import base64
import csv
import hmac
import io
import json
import os
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import Response

from deploy.local.payout_books import Books, Movement, Payout, token

_ACCOUNT = "WaterNL"
_REPORTS = f"/reports/download/MerchantAccount/{_ACCOUNT}"
_CODES = {
    "payment": "AUTHORISATION",
    "refund": "REFUND",
    "chargeback": "CHARGEBACK",
    "chargeback_reversed": "CHARGEBACK_REVERSED",
}
_TYPES = {
    "payment": "Settled",
    "refund": "Refunded",
    "chargeback": "Chargeback",
    "chargeback_reversed": "ChargebackReversed",
}
_COLUMNS = (
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Creation Date",
    "TimeZone",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Commission (NC)",
    "Batch Number",
)


class AdyenWords:
    name = "adyen"

    def __init__(self, address: str) -> None:
        self._address = address

    def payment_id(self) -> str:
        return token("")

    def movement_id(self, _kind: str) -> str:
        return token("")

    def payout_names(self, number: int) -> tuple[str, str]:
        return report_name(number), f"TX{number:08}XT {_ACCOUNT} batch {number}"

    def told(self, _books: Books, movement: Movement) -> tuple[bytes, dict[str, str]]:
        wish, is_first = movement.payment.wish, movement.kind == "payment"
        return _signed(
            {
                "pspReference": movement.payment.id if is_first else movement.id,
                "originalReference": "" if is_first else movement.payment.id,
                "merchantReference": wish.reference,
                "amount": {"value": abs(movement.amount), "currency": wish.currency},
                "eventCode": _CODES[movement.kind],
                "eventDate": movement.moved_at.isoformat(),
            }
        )

    def told_payout(self, _books: Books, payout: Payout) -> tuple[bytes, dict[str, str]]:
        return _signed(
            {
                "pspReference": payout.id,
                "merchantReference": "",
                "amount": {"value": 0, "currency": payout.currency},
                "eventCode": "REPORT_AVAILABLE",
                "eventDate": payout.paid_at.isoformat(),
                "reason": f"{self._address}{_REPORTS}/{payout.id}",
            }
        )

    def add_api(self, app: FastAPI, books: Books) -> None:
        @app.get(
            f"{_REPORTS}/{{name}}",
            dependencies=[Depends(_check_key)],
        )
        async def report(name: str) -> Response:
            if name not in books.payouts:
                raise HTTPException(404, "No such report")
            return Response(_report(books.payouts[name]), media_type="text/csv")


def report_name(number: int) -> str:
    return f"settlement_detail_report_batch_{number}.csv"


def _report(payout: Payout) -> str:
    out = io.StringIO()
    rows = csv.DictWriter(out, _COLUMNS, restval="")
    rows.writeheader()
    for one in payout.movements:
        rows.writerow(_common(payout) | _movement(one))
    paid = {"Type": "MerchantPayout", "Modification Reference": f"TX{payout.number:08}XT"}
    rows.writerow(_common(payout) | paid | _side("Net", "NC", -payout.amount))
    return out.getvalue()


def _common(payout: Payout) -> dict[str, Any]:
    return {
        "Company Account": "Water",
        "Merchant Account": _ACCOUNT,
        "Creation Date": f"{payout.paid_at:%Y-%m-%d %H:%M:%S}",
        "TimeZone": "UTC",
        "Net Currency": payout.currency,
        "Batch Number": payout.number,
    }


def _movement(one: Movement) -> dict[str, Any]:
    is_first = one.kind == "payment"
    return {
        "Psp Reference": one.payment.id,
        "Merchant Reference": one.payment.wish.reference,
        "Payment Method": "ideal",
        "Type": _TYPES[one.kind],
        "Modification Reference": "" if is_first else one.id,
        "Gross Currency": one.payment.wish.currency,
        "Exchange Rate": "1",
        "Commission (NC)": _major(one.fee),
        **_side("Gross", "GC", one.amount),
        **_side("Net", "NC", one.amount - one.fee),
    }


def _side(name: str, short: str, minor: int) -> dict[str, str]:
    side = "Debit" if minor < 0 else "Credit"
    return {f"{name} {side} ({short})": _major(abs(minor))}


def _major(minor: int) -> str:
    return str(Decimal(minor).scaleb(-2))


def _check_key(x_api_key: Annotated[str, Header()] = "") -> None:
    if x_api_key != os.environ.get("PAYMENTS_ADYEN_REPORT_API_KEY", ""):
        raise HTTPException(401, "Unauthorized")


def _signed(item: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    item = {"originalReference": "", "merchantAccountCode": _ACCOUNT, "success": "true"} | item
    names = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
    words = [*(item[name] for name in names), item["amount"]["value"], item["amount"]["currency"]]
    words += [item["eventCode"], item["success"]]
    key = bytes.fromhex(os.environ.get("PAYMENTS_ADYEN_HMAC_KEYS", "").split(",")[0])
    digest = hmac.digest(key, ":".join(map(str, words)).encode(), "sha256")
    extra = {"additionalData": {"hmacSignature": base64.b64encode(digest).decode()}}
    body = {"live": "false", "notificationItems": [{"NotificationRequestItem": item | extra}]}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}
