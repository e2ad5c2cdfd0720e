"""A bank's server: an SFTP server of its own on this machine, with its host key pinned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from services.payments.intake.sftp import BankServer, BankServerPoller, ServerUnavailable
from tests.factories.payments import camt053, paid
from tests.integration.payments.conftest import World

USER = "creditor"


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[BankServer]:
    """`out` is what the bank offers; keys are made anew."""
    (tmp_path / "bank" / "out").mkdir(parents=True)
    host_key, our_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    our_key.write_private_key(tmp_path / "key")
    our_key.write_public_key(tmp_path / "key.pub")

    def serve(channel: Any) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=bytes(tmp_path / "bank"))

    acceptor = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        authorized_client_keys=str(tmp_path / "key.pub"),
        sftp_factory=serve,
    )
    port = acceptor.get_port()
    public = host_key.export_public_key().decode()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}")
    yield BankServer(
        host="127.0.0.1",
        port=port,
        user=USER,
        key_file=tmp_path / "key",
        known_hosts=tmp_path / "known_hosts",
        folder="/out",
        pattern="*.xml",
    )
    acceptor.close()
    await acceptor.wait_closed()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "bank" / "out"


@pytest.fixture
def poller(world: World, bank: BankServer) -> Callable[..., BankServerPoller]:
    def make(**changes: Any) -> BankServerPoller:
        told = {name: getattr(bank, name) for name in BankServer.__dataclass_fields__}
        server = BankServer(**{**told, **changes})
        return BankServerPoller(world.payments.service, world.payments.creditor_id, server)

    return make


async def outcomes(poller: BankServerPoller) -> list[str]:
    return [taken.outcome for taken in await poller.look()]


async def test_a_new_file_is_fetched_once_and_stays_there(
    world: World, out: Path, poller: Callable[..., BankServerPoller]
) -> None:
    content = camt053([paid(100)] * 2_000)
    (out / "day.xml").write_bytes(content)
    (out / "readme.txt").write_text("none of ours")
    looking = poller()
    assert (await outcomes(looking), looking.waits) == ([], True)
    (taken,) = await looking.look()
    assert (taken.outcome, taken.told["payments"]) == ("stored", 2_000)
    back = await world.payments.call("GET", f"/statements/files/{taken.told['file_id']}")
    assert back.content == content
    # Another process, which never saw the file, knows it from the table.
    again = poller()
    assert [await outcomes(again), await outcomes(again), again.waits] == [[], [], False]
    assert (out / "day.xml").exists()


async def test_a_file_that_grows_is_fetched_when_it_is_whole(
    out: Path, poller: Callable[..., BankServerPoller]
) -> None:
    content, looking = camt053([paid(100)]), poller()
    (out / "day.xml").write_bytes(content[:100])
    assert await outcomes(looking) == []
    (out / "day.xml").write_bytes(content)
    (out / "next.xml.part").write_bytes(content)
    assert await outcomes(looking) == []
    assert await outcomes(looking) == ["stored"]


async def test_the_same_bytes_under_another_name_are_known(
    world: World, out: Path, poller: Callable[..., BankServerPoller]
) -> None:
    looking = poller()
    for name in ("one.xml", "two.xml"):
        (out / name).write_bytes(camt053([paid(100)]))
    await looking.look()
    assert await outcomes(looking) == ["stored", "known"]
    assert len((await world.get("/payments"))["items"]) == 1


async def test_a_refused_file_is_not_fetched_again_until_it_changes(
    out: Path, poller: Callable[..., BankServerPoller]
) -> None:
    looking = poller(delete=True)
    content = camt053([paid(100)])
    (out / "day.xml").write_bytes(content[:-40])
    assert [await outcomes(looking) for _ in range(3)] == [[], ["refused"], []]
    assert (out / "day.xml").exists()
    (out / "day.xml").write_bytes(content)
    assert [await outcomes(looking) for _ in range(2)] == [[], ["stored"]]


async def test_the_servers_copy_goes_only_when_told_to(
    out: Path, poller: Callable[..., BankServerPoller]
) -> None:
    (out / "day.xml").write_bytes(camt053([paid(100)]))
    keeping, deleting = poller(), poller(delete=True)
    await keeping.look()
    assert await outcomes(keeping) == ["stored"]
    assert (out / "day.xml").exists()
    assert await outcomes(deleting) == []
    assert not (out / "day.xml").exists()


async def test_a_server_with_another_host_key_is_not_believed(
    out: Path, tmp_path: Path, bank: BankServer, poller: Callable[..., BankServerPoller]
) -> None:
    (out / "day.xml").write_bytes(camt053([paid(100)]))
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    (tmp_path / "other_hosts").write_text(f"[127.0.0.1]:{bank.port} {other}")
    with pytest.raises(ServerUnavailable, match="HostKeyNotVerifiable"):
        await poller(known_hosts=tmp_path / "other_hosts").look()


async def test_a_key_the_server_does_not_know_gets_nothing(
    tmp_path: Path, poller: Callable[..., BankServerPoller]
) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "strange")
    with pytest.raises(ServerUnavailable, match="PermissionDenied"):
        await poller(key_file=tmp_path / "strange").look()
