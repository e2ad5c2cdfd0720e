"""The supervisor with small programs: order, deaths, restarts, and a clean end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from deploy.local.errors import NotReady, PortTaken, StackError
from deploy.local.identity import is_alive
from deploy.local.plan import Readiness
from deploy.local.settings import LocalSettings
from deploy.local.stack import LocalStack
from deploy.local.waiting import wait_until
from tests.integration.deploy.programs import ANSWERS, IDLE, answering, python, stubborn

Build = Callable[..., LocalStack]


def running(stack: LocalStack) -> list[tuple[int, str | None]]:
    """Pid and birth of everything the stack has started, its supervisor included."""
    state = stack.folder.read_state()
    children = [(one.pid, one.birth) for one in state.processes.values() if one.pid]
    return [(state.supervisor_pid, state.supervisor_birth), *children]


def wait_until_gone(processes: list[tuple[int, str | None]]) -> None:
    wait_until(lambda: not any(is_alive(*one) for one in processes), 10, "processes are left over")


def test_up_twice_starts_everything_once_and_down_leaves_no_process(
    stack_of: Build, settings: LocalSettings
) -> None:
    stack = stack_of(answering("web", settings.ports.billing), python("idle", IDLE))
    stack.up()
    first = running(stack)
    assert len(first) == 3
    stack.up()
    assert running(stack) == first
    stack.down()
    assert not any(is_alive(*one) for one in first)
    assert not stack.is_supervised()
    stack.down()


def test_a_stage_starts_when_the_one_before_it_is_ready(
    stack_of: Build, settings: LocalSettings
) -> None:
    stack = stack_of(
        answering("service", settings.ports.billing, stage=3),
        python("migrate", "print('migrated')", stage=2, once=True),
        answering("database", settings.ports.payments, stage=1),
    )
    stack.up()
    log = stack.folder.log("supervisor").read_text()
    order = [log.index(f"{name} started") for name in ("database", "migrate", "service")]
    assert order == sorted(order)
    assert stack.status()["migrate"].phase == "done"
    assert "migrated" in stack.folder.log("migrate").read_text()


def test_a_killed_process_is_started_again_and_the_log_says_who_died_and_how(
    stack_of: Build, settings: LocalSettings
) -> None:
    stack = stack_of(answering("web", settings.ports.billing))
    stack.up()
    old = stack.kill("web")
    new = stack.wait_restarted("web", old)
    assert new != old
    assert stack.status()["web"].restarts == 1
    log = stack.folder.log("supervisor").read_text()
    assert f"web pid {old} was killed by signal 9 (SIGKILL)" in log
    assert f"web started as pid {new}" in log


def test_when_the_supervisor_is_killed_its_children_die_with_it_and_up_starts_anew(
    stack_of: Build, settings: LocalSettings
) -> None:
    stack = stack_of(answering("web", settings.ports.billing), stubborn(settings.ports.payments))
    stack.up()
    before = running(stack)
    os.kill(before[0][0], signal.SIGKILL)
    wait_until_gone(before)
    stack.up()
    assert not {pid for pid, _ in before} & {pid for pid, _ in running(stack)}


def test_what_outlived_a_killed_supervisor_is_ended_by_down(
    stack_of: Build, settings: LocalSettings
) -> None:
    """Where the kernel does not end orphans for us, the state file tells whom to end."""
    spec = answering("web", settings.ports.billing, orphan_signal=signal.SIGCONT)
    stack = stack_of(spec)
    stack.up()
    (supervisor, web) = running(stack)
    os.kill(supervisor[0], signal.SIGKILL)
    wait_until(lambda: not stack.is_supervised(), 5, "the supervisor survived")
    assert is_alive(*web)
    stack.down()
    assert not is_alive(*web)


def test_a_process_that_will_not_end_is_killed_after_its_limit(
    stack_of: Build, settings: LocalSettings
) -> None:
    stack = stack_of(stubborn(settings.ports.billing))
    stack.up()
    processes = running(stack)
    stack.down()
    assert not any(is_alive(*one) for one in processes)
    assert "stubborn pid" in stack.folder.log_tail("supervisor")
    assert "killed after 0.2 s" in stack.folder.log_tail("supervisor")


def test_a_process_that_keeps_dying_is_reported_with_the_end_of_its_log(
    stack_of: Build, settings: LocalSettings
) -> None:
    spec = answering("web", settings.ports.billing)
    broken = python("web", "raise SystemExit('no such table: invoices')", readiness=spec.readiness)
    stack = stack_of(broken)
    with pytest.raises(NotReady) as refusal:
        stack.up()
    assert "web pid" in str(refusal.value)
    assert "ended with status 1" in str(refusal.value)
    assert "no such table: invoices" in str(refusal.value)


def test_failed_migrations_keep_the_services_from_starting_until_up_is_tried_again(
    stack_of: Build, settings: LocalSettings
) -> None:
    marker = stack_of().folder.root / "mended"
    fails_once = f"import pathlib, sys; sys.exit(not pathlib.Path({str(marker)!r}).exists())"
    stack = stack_of(
        python("migrate", fails_once, stage=2, once=True),
        answering("web", settings.ports.billing, stage=3),
    )
    with pytest.raises(NotReady, match="migrate"):
        stack.up()
    assert stack.status()["web"].phase == "waiting"
    marker.touch()
    stack.up()
    assert stack.status()["web"].phase == "ready"


def test_a_process_that_never_answers_is_named_after_the_deadline(
    stack_of: Build, settings: LocalSettings
) -> None:
    mute = python("mute", IDLE, readiness=answering("x", settings.ports.billing).readiness)
    later = answering("later", settings.ports.payments, stage=2)
    stack = stack_of(later, mute)
    impatient = settings.model_copy(update={"ready_limit_s": 0.5})
    with pytest.raises(NotReady, match="mute is not ready"):
        LocalStack(impatient, apps=(later, mute)).up()
    stack.down()


def test_a_late_process_is_quoted_with_the_reason_it_gives(
    stack_of: Build, settings: LocalSettings
) -> None:
    unready = ANSWERS.replace("send_response(200)", "send_response(503, 'no database')")
    port = settings.ports.billing
    spec = python("web", unready, port, readiness=Readiness(kind="http", port=port))
    stack = stack_of(spec)
    with pytest.raises(NotReady, match=r"web is not ready after 1 s and answers 503"):
        LocalStack(settings.model_copy(update={"ready_limit_s": 1.0}), apps=(spec,)).up()
    stack.down()


def test_a_held_process_stays_down_until_it_is_released(
    stack_of: Build, settings: LocalSettings
) -> None:
    stack = stack_of(answering("web", settings.ports.billing))
    stack.up()
    old = stack.pid_of("web")
    stack.hold("web")
    assert stack.status()["web"].phase == "held"
    with pytest.raises(StackError, match="does not run"):
        stack.pid_of("web")
    stack.release("web")
    assert stack.pid_of("web") != old


def test_a_taken_port_is_named_with_its_purpose_and_the_setting_that_moves_it(
    stack_of: Build, settings: LocalSettings
) -> None:
    taken = settings.ports.kafka_controller
    stack_of(answering("other", taken)).up()
    folder = settings.data / "second"
    own_infra = settings.model_copy(
        update={"data_dir": folder, "database_url": None, "kafka_bootstrap_servers": None}
    )
    with pytest.raises(PortTaken) as refusal:
        LocalStack(own_infra).up("infra")
    assert refusal.value.detail.startswith(f"Port {taken}, wanted for kafka controller, is taken")
    assert "INNING_PORT__KAFKA_CONTROLLER" in refusal.value.detail
