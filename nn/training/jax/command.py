"""`python -m nn train`: a script in several processes that train together, and the parent that watches them.

    python -m nn train script.py --local 2                                            two processes on this machine
    python -m nn train script.py --coordinator HOST:PORT --processes 2 --process-id 0  one of two, on as many machines

Each machine has a parent, which runs no code of JAX: where a process dies, JAX ends the others without a word of
Python, or lets them wait for it. The parents know of each other by a connection to that of process 0, at PORT + 1.

    worker 1 is killed  ->  parent 1 says so, to its user and to parent 0  ->  parent 0 ends worker 0, and says it too
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NamedTuple

WAIT = 60.0  # seconds for the parents to find each other, as for the processes of JAX
GRACE = 5.0  # seconds to end after Ctrl-C: processes that stop at different steps wait for each other
LOST = 256  # the status of a process whose parent is gone

Event = tuple[int, int]  # the number of a process and its exit status; negative is a signal, as Python has it


class Plan(NamedTuple):
    """What to run: `own` are the numbers of those on this machine, of all `processes`."""

    script: Sequence[str]
    coordinator: str
    processes: int
    own: Sequence[int]


def local_plan(script: Sequence[str], count: int) -> Plan:
    """So many processes on this machine, at a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Plan(script, f"127.0.0.1:{port}", count, range(count))


def run(plan: Plan) -> int:
    """Run the processes of a plan to their end; returns 0, or 1 where one of all processes failed."""
    events: queue.Queue[Event] = queue.Queue()
    workers = {i: _start(plan, i) for i in plan.own}
    try:
        links = _Links(plan, events) if len(plan.own) < plan.processes else None
        for i, worker in workers.items():
            threading.Thread(target=lambda i=i, worker=worker: events.put((i, worker.wait())), daemon=True).start()
        return _watch(plan, events, links)
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()


def _start(plan: Plan, i: int) -> subprocess.Popen[bytes]:
    words = [plan.coordinator, str(plan.processes), str(i), str(len(plan.own))]
    # The first process speaks for all: the others print the same.
    silent = subprocess.DEVNULL if i else None
    return subprocess.Popen([sys.executable, "-m", "nn.training.jax.worker", *words, *plan.script], stdout=silent)


def _watch(plan: Plan, events: queue.Queue[Event], links: _Links | None) -> int:
    """Wait until all processes have ended, or one of them badly, or the user has had enough."""
    # The parent of process 0 waits for all, that of another one for its own.
    waiting = set(range(plan.processes)) if links is None or 0 in plan.own else set(plan.own)
    ends_at = float("inf")
    while waiting:
        try:
            i, status = events.get(timeout=0.1 if ends_at == float("inf") else max(ends_at - time.monotonic(), 0.0))
        except KeyboardInterrupt:  # the processes got it too
            ends_at = time.monotonic() + GRACE
            continue
        except queue.Empty:
            if time.monotonic() >= ends_at:
                print(f"interrupted: {_REMEDY}", file=sys.stderr)
                return 130
            continue
        if links is not None:
            links.tell(i, status)
        if status:
            print(f"process {i} of {plan.processes} {_story(status)}, and all were ended: {_REMEDY}", file=sys.stderr)
            return 1
        waiting.discard(i)
    return 0


_REMEDY = (
    "the same command goes on from the last checkpoint if the script says fit(..., checkpoint='FOLDER', resume=True)"
)


def _story(status: int) -> str:
    if status == LOST:
        return "was lost with its machine or its parent"
    if status > 0:
        return f"failed with exit status {status}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"


# ----- Several machines -----


class _Links:
    """The connections of this parent: to that of process 0, or from all others. What they say become events."""

    def __init__(self, plan: Plan, events: queue.Queue[Event]) -> None:
        self.events, self.connections = events, list[socket.socket]()
        host, _, port = plan.coordinator.rpartition(":")
        if 0 in plan.own:
            server = socket.create_server(("", int(port) + 1))
            threading.Thread(target=self._accept, args=(server, plan.processes - 1), daemon=True).start()
        else:
            self._add(_connected(host, int(port) + 1), 0)
            self.connections[0].sendall(f"{plan.own[0]}\n".encode())

    def _accept(self, server: socket.socket, count: int) -> None:
        with server:
            for _ in range(count):
                connection, _ = server.accept()
                self._add(connection)

    def _add(self, connection: socket.socket, process: int | None = None) -> None:
        # A machine that has lost its power says nothing: the operating system asks every second.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("TCP_KEEPIDLE", 1), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        self.connections.append(connection)
        threading.Thread(target=self._listen, args=(connection, process), daemon=True).start()

    def _listen(self, connection: socket.socket, process: int | None) -> None:
        """Pass on what a parent says; its first line is its number, if that is not known. Then it is lost."""
        ended = False
        with contextlib.suppress(OSError, ValueError), connection.makefile() as lines:
            for line in lines:
                if process is None:
                    process = int(line)
                    continue
                i, status = map(int, line.split())
                ended = ended or i == process
                self.events.put((i, status))
        if not ended and process is not None:
            self.events.put((process, LOST))

    def tell(self, i: int, status: int) -> None:
        """Tell the others that a process has ended."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.sendall(f"{i} {status}\n".encode())


def _connected(host: str, port: int) -> socket.socket:
    until = time.monotonic() + WAIT
    while True:
        try:
            connection = socket.create_connection((host, port), timeout=WAIT)
            connection.settimeout(None)
            return connection
        except OSError as error:
            if time.monotonic() > until:
                raise ConnectionError(
                    f"there is no parent of process 0 at {host}:{port}: start it there, and let the port through"
                ) from error
            time.sleep(0.2)


def check(script: str) -> str:
    """The path of a script that is there.

    Raises FileNotFoundError if it is not, ImportError where JAX is not installed.
    """
    if find_spec("jax") is None:
        raise ImportError("this needs JAX: pip install 'chaingrad[jax]'")
    if not os.path.isfile(script):
        raise FileNotFoundError(f"there is no script {script}")
    return script
