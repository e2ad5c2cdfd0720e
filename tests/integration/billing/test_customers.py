from __future__ import annotations

from datetime import timedelta

from shared.clock import FixedClock
from shared.http.idempotency import forget
from shared.ids import uuid7
from shared.testing.served import Served
from tests.factories.billing import customer_body


async def test_a_registered_customer_can_be_read_back(billing: Served) -> None:
    made = await billing.post("/customers", json=customer_body("K1"))
    read = await billing.get(f"/customers/{made['id']}")
    assert read == made
    assert read["name"] == "A. Voorbeeld K1"


async def test_the_same_idempotency_key_registers_once(billing: Served) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await billing.call("POST", "/customers", json=customer_body("K1"), headers=headers)
    again = await billing.call("POST", "/customers", json=customer_body("K1"), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await billing.call("POST", "/customers", json=customer_body("K2"), headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"
    assert len((await billing.get("/customers"))["items"]) == 1


async def test_an_answer_is_forgotten_days_after_it_was_given(
    billing: Served, clock: FixedClock
) -> None:
    """It tells of a person; nobody repeats a request after so long."""
    key = {"Idempotency-Key": "once"}
    await billing.post("/customers", json=customer_body("K1"), headers=key)
    clock.advance(timedelta(days=2))
    await forget(billing.service, billing.creditor_id, clock.now().date())
    again = await billing.call("POST", "/customers", json=customer_body("K1"), headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    clock.advance(timedelta(days=2))
    await forget(billing.service, billing.creditor_id, clock.now().date())
    later = await billing.call("POST", "/customers", json=customer_body("K1"), headers=key)
    assert (later.status_code, later.json()["code"]) == (409, "conflict")


async def test_an_import_names_every_bad_row_and_stores_nothing(billing: Served) -> None:
    csv = (
        "number,kind,language,name,email,phone,street,house_number,postcode,city,country\n"
        "K1,consumer,nl,A. Een,,,Dorpsstraat,1,1234 AB,Dorp,NL\n"
        "K2,alien,nl,B. Twee,,,Dorpsstraat,2,1234 AB,Dorp,NL\n"
        "K3,consumer,nl,,,,Dorpsstraat,3,1234 AB,Dorp,NL\n"
    )
    refused = await billing.call(
        "POST", "/customers/import", content=csv, headers={"Content-Type": "text/csv"}
    )
    assert refused.status_code == 422
    found = {(item["line"], item["field"]) for item in refused.json()["errors"]}
    assert found == {(3, "kind"), (4, "name")}
    assert (await billing.get("/customers"))["items"] == []


async def test_pages_hold_every_customer_once(billing: Served) -> None:
    lines = "\n".join(__import__("json").dumps(customer_body(f"K{number}")) for number in range(25))
    imported = await billing.post(
        "/customers/import", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert imported["imported"] == 25
    seen, cursor = [], ""
    while cursor is not None:
        page = await billing.get(f"/customers?limit=10{cursor and f'&cursor={cursor}'}")
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(f"K{number}" for number in range(25))


async def test_a_misspelt_filter_is_refused_and_not_left_out(billing: Served) -> None:
    refused = await billing.call("GET", "/customers?nummer=K1")
    assert refused.status_code == 422
    problem = refused.json()
    assert [found["field"] for found in problem["errors"]] == ["nummer"]
    assert "cursor, limit" in problem["detail"]


async def test_another_creditors_token_sees_nothing(billing: Served) -> None:
    made = await billing.post("/customers", json=customer_body("K1"))
    stranger = billing.token(creditors=[uuid7()])
    assert (await billing.get("/customers", token=stranger))["items"] == []
    hidden = await billing.call("GET", f"/customers/{made['id']}", token=stranger)
    assert hidden.status_code == 404


async def test_a_change_needs_the_etag_that_was_read(billing: Served) -> None:
    made = await billing.post("/customers", json=customer_body("K1"))
    path = f"/customers/{made['id']}"
    blind = await billing.call("PATCH", path, json={"language": "en"})
    assert blind.status_code == 428
    first = await billing.call("PATCH", path, json={"language": "en"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    late = await billing.call("PATCH", path, json={"language": "de"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412


async def test_erasure_leaves_the_number_and_nothing_personal(billing: Served) -> None:
    made = await billing.post("/customers", json=customer_body("K1"))
    erased = await billing.post(f"/customers/{made['id']}/erase")
    assert erased["erased"]
    assert (erased["number"], erased["name"], erased["address"]) == ("K1", None, None)
