"""A stretch of network: what goes in at one end comes out at the other a moment later, in order, as it came.

`python tests/bench/wire.py HOST PORT SECONDS`: listens on a port of its own, which it prints, and passes on what comes
in, each way, after so many seconds. In a process of its own, so that it costs whoever is measured nothing.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from urllib.parse import urlsplit


@contextmanager
def wire_to(url: str, journey_seconds: float) -> Iterator[str]:
    """The URL of the same mail server so far away: `journey_seconds` there and back together."""
    server = urlsplit(url)
    command = [sys.executable, __file__, str(server.hostname), str(server.port), str(journey_seconds / 2)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"{server.scheme}://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.communicate()


def _pass_on(one: socket.socket, other: socket.socket, seconds: float) -> None:
    """From one end to the other until the first is closed."""
    under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
    threading.Thread(target=_arrive, args=(under_way, other), daemon=True).start()
    while True:
        try:
            piece = one.recv(65536)
        except OSError:
            piece = b""
        under_way.put((time.perf_counter() + seconds, piece))
        if not piece:
            return


def _arrive(under_way: "SimpleQueue[tuple[float, bytes]]", end: socket.socket) -> None:
    while True:
        due, piece = under_way.get()
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            if not piece:
                end.shutdown(socket.SHUT_WR)
                return
            end.sendall(piece)
        except OSError:
            return  # the other end has gone, and what was under way is lost, as it is on a network


def _serve(listening: socket.socket, host: str, port: int, seconds: float) -> None:
    while True:
        near, _ = listening.accept()
        far = socket.create_connection((host, port))
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(one, other, seconds), daemon=True).start()


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        asked = (listening, sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
        threading.Thread(target=_serve, args=asked, daemon=True).start()
        sys.stdin.read()
