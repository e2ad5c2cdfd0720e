"""The roads out of the house, tried for real: an SMTP server on loopback, a folder on disk."""

from __future__ import annotations

import asyncio
import email.policy
import json
import multiprocessing
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage, fingerprint
from services.notifications.domain.sending import Bounced, Sent, Unknown
from services.notifications.domain.templates import TemplateName
from services.notifications.senders.print_house import MANIFEST, PrintHouseSender
from services.notifications.senders.return_path import message_id_of
from services.notifications.senders.smtp import SmtpSender, SmtpSettings
from shared.clock import FixedClock, SystemClock
from shared.ids import derived_id
from tests.factories.notifications_rendering import MESSAGE_ID, WRITTEN_AT, a_customer, a_message

BOUNCES = "bounces@merewater.example"


@dataclass
class Relay:
    """An SMTP server's side of the story; `at_rcpt` and `at_data` choose its replies."""

    taken: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    at_rcpt: Callable[[SMTP, str], str] = lambda _server, _address: "250 OK"
    at_data: Callable[[SMTP, Envelope], str] = lambda _server, _envelope: "250 2.0.0 taken as q-1"
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        reply = self.at_rcpt(server, address)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        reply = self.at_data(server, envelope)
        if reply.startswith("250"):
            self.taken.append(envelope)
        return reply


@asynccontextmanager
async def listening(
    relay: Relay, tls: ssl.SSLContext | None = None, implicit: bool = False
) -> AsyncIterator[Relay]:
    def protocol() -> SMTP:
        starttls = None if implicit else tls
        return SMTP(
            relay, hostname="relay.test", tls_context=starttls, require_starttls=bool(starttls)
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=tls if implicit else None
    )
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def sending(relay: Relay, **settings: object) -> AsyncIterator[SmtpSender]:
    plain = SmtpSettings(
        hostname="localhost",
        port=relay.port,
        bounce_address=BOUNCES,
        tls="none",
        command_timeout_s=5.0,
    )
    sender = SmtpSender(replace(plain, **settings))  # type: ignore[arg-type]
    try:
        yield sender
    finally:
        await sender.close()


def hang_up(server: SMTP) -> str:
    """The line goes dead, without a word."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()
    return "250 never heard"


def mails(count: int) -> list[RenderedMessage]:
    return [
        a_message(
            message_id=derived_id(MESSAGE_ID, number),
            customer=a_customer(email=f"klant{number}@post.example"),
        )
        for number in range(count)
    ]


async def test_the_bytes_that_arrive_are_the_bytes_that_were_archived() -> None:
    message = a_message(TemplateName.INVOICE)

    async with listening(Relay()) as relay, sending(relay) as sender:
        outcome = await sender.send(message)

    assert outcome == Sent("2.0.0 taken as q-1")
    (envelope,) = relay.taken
    assert envelope.original_content == message.content
    assert fingerprint(envelope.original_content or b"") == message.sha256
    assert envelope.rcpt_tos == ["sanne@post.example"]


async def test_a_line_that_begins_with_a_dot_arrives_whole() -> None:
    content = a_message().content + b".\r\n..\r\n.nog een regel\r\n"
    message = replace(a_message(), content=content, sha256=fingerprint(content))

    async with listening(Relay()) as relay, sending(relay) as sender:
        await sender.send(message)

    assert relay.taken[0].original_content == content


async def test_a_bounce_comes_back_to_an_address_that_names_the_message() -> None:
    async with listening(Relay()) as relay, sending(relay) as sender:
        await sender.send(a_message())

    (envelope,) = relay.taken
    assert envelope.mail_from == f"bounces+{MESSAGE_ID.hex}@merewater.example"
    assert message_id_of(envelope.mail_from) == MESSAGE_ID
    for stranger in (BOUNCES, "bounces+kort@merewater.example", f"b+{'z' * 32}@x.example"):
        assert message_id_of(stranger) is None


async def test_a_repeat_carries_the_same_message_id() -> None:
    async with listening(Relay()) as relay, sending(relay) as sender:
        await sender.send(a_message())
        await sender.send(a_message())

    ids = {
        message_from_bytes(envelope.original_content or b"", policy=email.policy.default)[
            "Message-ID"
        ]
        for envelope in relay.taken
    }
    assert len(relay.taken) == 2
    assert ids == {f"<{MESSAGE_ID}@merewater.example>"}


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("550 5.1.1 <sanne@post.example> unknown", Bounced("smtp_550_5.1.1", permanent=True)),
        ("550 no such sanne@post.example", Bounced("smtp_550", permanent=True)),
        ("552 5.2.2 mailbox full", Bounced("smtp_552_5.2.2", permanent=True)),
        ("451 4.7.1 greylisted, come back", Bounced("smtp_451_4.7.1", permanent=False)),
        ("421 4.3.2 closing", Bounced("smtp_421_4.3.2", permanent=False)),
    ],
)
async def test_a_refused_recipient_is_final_at_5xx_and_for_later_at_4xx(
    reply: str, outcome: Bounced
) -> None:
    relay = Relay(at_rcpt=lambda _server, _address: reply)

    async with listening(relay), sending(relay) as sender:
        assert await sender.send(a_message()) == outcome
    assert relay.taken == []


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("554 5.7.1 looks like spam", Bounced("smtp_554_5.7.1", permanent=True)),
        ("452 4.3.1 disk full", Bounced("smtp_452_4.3.1", permanent=False)),
    ],
)
async def test_a_refused_content_is_told_from_a_lost_one(reply: str, outcome: Bounced) -> None:
    relay = Relay(at_data=lambda _server, _envelope: reply)

    async with listening(relay), sending(relay) as sender:
        assert await sender.send(a_message()) == outcome


async def test_a_refusal_does_not_spoil_the_line_for_the_next_mail() -> None:
    relay = Relay(
        at_rcpt=lambda _server, address: "550 5.1.1 no" if "klant1@" in address else "250 OK"
    )

    async with listening(relay), sending(relay, connections_max=1) as sender:
        outcomes = await sender.send_many(mails(3))

    assert [type(outcome) for outcome in outcomes] == [Sent, Bounced, Sent]
    assert len(relay.sessions) == 1


async def test_a_line_lost_before_the_content_means_try_later() -> None:
    relay = Relay(at_rcpt=lambda server, _address: hang_up(server))

    async with listening(relay), sending(relay) as sender:
        outcome = await sender.send(a_message())

    assert outcome == Bounced("smtp_connection_lost", permanent=False)


async def test_a_line_lost_after_the_content_means_nobody_knows() -> None:
    relay = Relay(at_data=lambda server, _envelope: hang_up(server))

    async with listening(relay), sending(relay) as sender:
        outcome = await sender.send(a_message())

    assert outcome == Unknown("smtp_connection_lost_after_data")


async def test_a_relay_that_falls_silent_after_the_content_means_nobody_knows() -> None:
    class Silent(Relay):
        async def handle_DATA(self, *_args: object) -> str:
            await released.wait()
            return "250 too late"

    released = asyncio.Event()
    relay = Silent()

    async with listening(relay), sending(relay, command_timeout_s=0.2) as sender:
        outcome = await sender.send(a_message())
        released.set()

    assert outcome == Unknown("smtp_connection_lost_after_data")


async def test_a_line_the_relay_closed_while_idle_is_opened_anew() -> None:
    servers: list[SMTP] = []

    def remember(server: SMTP, _envelope: Envelope) -> str:
        servers.append(server)
        return "250 OK"

    relay = Relay(at_data=remember)
    async with listening(relay), sending(relay) as sender:
        first = await sender.send(a_message())
        hang_up(servers[0])
        second = await sender.send(a_message())

    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert len(relay.taken) == 2


async def test_a_relay_that_is_away_means_try_later() -> None:
    async with listening(Relay()) as relay:
        port = relay.port

    async with sending(replace(relay, port=port)) as sender:
        assert await sender.send(a_message()) == Bounced("smtp_unreachable", permanent=False)


async def test_many_mails_share_a_few_lines_and_answers_keep_their_order() -> None:
    relay = Relay(at_data=lambda _server, envelope: f"250 {envelope.rcpt_tos[0]}")

    async with listening(relay), sending(relay, connections_max=3) as sender:
        outcomes = await sender.send_many(mails(40))

    assert outcomes == [Sent(f"klant{number}@post.example") for number in range(40)]
    assert 1 <= len(relay.sessions) <= 3


async def test_a_line_is_renewed_after_the_mails_it_may_carry() -> None:
    async with (
        listening(Relay()) as relay,
        sending(relay, connections_max=1, messages_per_connection_max=4) as sender,
    ):
        outcomes = await sender.send_many(mails(10))

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(relay.taken) == 10


async def test_no_mails_is_no_work() -> None:
    async with listening(Relay()) as relay, sending(relay) as sender:
        assert await sender.send_many([]) == []
    assert relay.sessions == set()


async def test_a_sender_that_is_stopped_mid_way_does_not_use_the_broken_line_again() -> None:
    started = asyncio.Event()
    released = asyncio.Event()

    class Slow(Relay):
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            started.set()
            await released.wait()
            return await Relay.handle_DATA(self, server, session, envelope)

    relay = Slow()
    async with listening(relay), sending(relay, connections_max=1) as sender:
        task = asyncio.create_task(sender.send(a_message()))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        released.set()
        assert isinstance(await sender.send(a_message()), Sent)


async def test_tampered_bytes_and_letters_do_not_leave_as_mail() -> None:
    async with listening(Relay()) as relay, sending(relay) as sender:
        with pytest.raises(ValueError, match="not the bytes"):
            await sender.send(replace(a_message(), content=b"Subject: anders\r\n\r\n"))
        with pytest.raises(ValueError, match="takes e-mail"):
            await sender.send(a_message(channel=Channel.LETTER))
    assert relay.taken == []


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context and a client's that trusts it, with a certificate of this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    # The machine's own time: TLS checks the certificate against it.
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = tmp_path_factory.mktemp("tls") / "relay.pem"
    file.write_bytes(pem + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
async def test_mail_goes_over_tls_to_a_relay_we_trust(
    mode: str, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, client = tls
    async with (
        listening(Relay(), server, implicit=mode == "implicit") as relay,
        sending(relay, tls=mode, tls_context=client) as sender,
    ):
        assert isinstance(await sender.send(a_message()), Sent)
    assert relay.taken[0].original_content == a_message().content


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
async def test_no_mail_goes_to_a_relay_whose_certificate_nobody_vouches_for(
    mode: str, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    async with (
        listening(Relay(), tls[0], implicit=mode == "implicit") as relay,
        sending(relay, tls=mode) as sender,
    ):
        assert await sender.send(a_message()) == Bounced("smtp_unreachable", permanent=False)
    assert relay.taken == []


async def test_a_relay_without_tls_gets_nothing_when_tls_is_asked() -> None:
    async with listening(Relay()) as relay, sending(relay, tls="starttls") as sender:
        outcome = await sender.send(a_message())
    assert isinstance(outcome, Bounced)
    assert not outcome.permanent
    assert relay.taken == []


def letters(count: int) -> list[RenderedMessage]:
    return [
        a_message(
            TemplateName.FOURTEEN_DAY_LETTER,
            Channel.LETTER,
            message_id=derived_id(MESSAGE_ID, number),
        )
        for number in range(count)
    ]


def print_house(folder: Path) -> PrintHouseSender:
    return PrintHouseSender(folder, FixedClock(WRITTEN_AT))


def orders_in(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / MANIFEST).read_text().splitlines()]


async def test_a_letter_is_a_whole_file_and_a_line_that_orders_it(tmp_path: Path) -> None:
    (letter,) = letters(1)

    outcome = await print_house(tmp_path / "drop").send(letter)

    assert outcome == Sent(str(letter.message_id))
    assert (tmp_path / "drop" / f"{letter.message_id}.pdf").read_bytes() == letter.content
    assert orders_in(tmp_path / "drop") == [
        {
            "id": str(letter.message_id),
            "file": f"{letter.message_id}.pdf",
            "sha256": letter.sha256,
            "size_bytes": len(letter.content),
            "template": "fourteen_day_letter",
            "country": "NL",
            "ordered_at": "2026-11-23T09:30:00+00:00",
        }
    ]


async def test_a_letter_handed_over_twice_is_ordered_once(tmp_path: Path) -> None:
    same = letters(3)
    sender = print_house(tmp_path)

    first = await sender.send_many([*same, same[0]])
    again = await sender.send_many(same)
    after_restart = await print_house(tmp_path).send_many(same)

    assert first[:3] == again == after_restart == [Sent(str(m.message_id)) for m in same]
    assert [order["id"] for order in orders_in(tmp_path)] == [str(m.message_id) for m in same]


async def test_an_order_torn_by_a_crash_is_cut_off_and_given_again(tmp_path: Path) -> None:
    first, second = letters(2)
    await print_house(tmp_path).send_many([first])
    with (tmp_path / MANIFEST).open("ab") as manifest:
        manifest.write(b'{"id":"' + str(second.message_id).encode())

    assert await print_house(tmp_path).send(second) == Sent(str(second.message_id))
    assert [order["id"] for order in orders_in(tmp_path)] == [
        str(first.message_id),
        str(second.message_id),
    ]


async def test_a_file_without_a_line_is_only_half_an_order_and_is_finished(
    tmp_path: Path,
) -> None:
    (letter,) = letters(1)
    (tmp_path / f"{letter.message_id}.pdf").write_bytes(b"%PDF half")

    await print_house(tmp_path).send(letter)

    assert (tmp_path / f"{letter.message_id}.pdf").read_bytes() == letter.content
    assert len(orders_in(tmp_path)) == 1


async def test_a_folder_that_cannot_be_written_means_try_later(tmp_path: Path) -> None:
    (tmp_path / "drop").write_text("a file where the folder should be")

    outcome = await print_house(tmp_path / "drop").send(letters(1)[0])

    assert isinstance(outcome, Bounced)
    assert outcome.reason_code.startswith("print_house_folder_")
    assert not outcome.permanent


async def test_a_mail_is_not_printed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="takes letters"):
        await print_house(tmp_path).send(a_message())


async def test_two_workers_that_drop_the_same_letters_order_each_once(tmp_path: Path) -> None:
    same = letters(20)
    one, other = print_house(tmp_path), print_house(tmp_path)

    await asyncio.gather(
        *(sender.send(letter) for letter in same for sender in (one, other)),
    )

    assert sorted(str(order["id"]) for order in orders_in(tmp_path)) == sorted(
        str(letter.message_id) for letter in same
    )


def _drop_from_another_process(folder: str) -> None:
    asyncio.run(print_house(Path(folder)).send_many(letters(10)))


async def test_two_processes_that_drop_the_same_letters_order_each_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=_drop_from_another_process, args=(str(tmp_path),)) for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)

    assert [process.exitcode for process in processes] == [0, 0]
    ids = [UUID(str(order["id"])) for order in orders_in(tmp_path)]
    assert len(ids) == len(set(ids)) == 10
