import time, asyncpg
from tests.factories.payments import *
from tests.integration.payments.conftest import World

async def test_scale(world: World, databases, database):
    c = await asyncpg.connect(databases.url(database))
    cid = world.payments.creditor_id
    t=time.perf_counter()
    await c.execute("SET search_path=payments; SET inning.actor='x'; SET inning.reason='x'; SET inning.now='2026-01-01'")
    await c.execute("ALTER TABLE open_items DISABLE TRIGGER USER")
    await c.execute(f"""INSERT INTO open_items (id, creditor_id, customer_id, version, status, due_on, currency, open_minor, number, number_key, rf_reference, payment_reference, collection, issued_on, total_minor, first_seen_at)
      SELECT gen_random_uuid(), '{cid}', gen_random_uuid(), 1, 'open', '2026-04-01', 'EUR', 5000, '2025'||lpad(g::text,7,'0'), '2025'||lpad(g::text,7,'0'), 'RFX'||g, 'P'||g, 'direct_debit', '2026-03-01', 5000, now()
      FROM generate_series(1,300000) g""")
    await c.execute(f"""INSERT INTO known_ibans (creditor_id, iban_index, customer_id, source, first_seen_at) SELECT creditor_id, decode(md5(id::text),'hex'), customer_id, 'mandate', now() FROM open_items""")
    await c.execute(f"""INSERT INTO mandates (id, creditor_id, customer_id, version, status, reference, scheme, signed_on, created_at) SELECT gen_random_uuid(), creditor_id, customer_id, 1, 'active', 'M'||number, 'core', '2025-01-01', now() FROM open_items LIMIT 100000""")
    await c.execute("ANALYZE")
    print("SEED", time.perf_counter()-t)
    issued = [invoice_issued(count, 1_000 + count) for count in range(1, 5_001)]
    await world.hear(*issued)
    content = camt053([paid(1_000 + count, name=f"P. {count}", iban="NL86INGB0002445588", text=f"kenmerk {one.payment_reference}") for count, one in enumerate(issued, start=1)])
    t=time.perf_counter()
    r = await world.upload(content)
    print("TOOK", time.perf_counter()-t, r["matched"])
    t=time.perf_counter()
    b = await world.post("/debit-batches", {"collect_on": "2026-04-08"})
    print("PLAN", time.perf_counter()-t, b["total"], b["left_out"])
    t=time.perf_counter()
    await world.get("/queue?limit=100"); print("QUEUE", time.perf_counter()-t)
    t=time.perf_counter()
    await world.get("/reconciliation"); print("RECON", time.perf_counter()-t)
