"""Serves the page: marimo in a process of its own, on 127.0.0.1 only, behind a token that is made anew each time."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from gradproof.usage import SETTLED, UsageError

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "app.py"
NEEDED = ("marimo", "numba", "xarray", "zarr")
STARTUP = 60.0
"""Seconds until the page has to answer."""


def serve(port: int | None, browser: bool) -> int:
    """Serves the page until it is interrupted. UsageError where marimo is missing or the port is taken."""
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise UsageError(
            f"gradproof explore needs {' and '.join(missing)}, which is not installed: pip install 'gradproof[explore]'"
        )
    port = free_port() if port is None else checked(port)
    token = secrets.token_urlsafe(24)
    # A program that is ended this way would leave the page behind it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    process = start(port, token)
    address = f"http://{HOST}:{port}/?access_token={token}"
    try:
        if not answers(process, port):
            raise UsageError("the page did not start; what marimo said stands above")
        print(address, flush=True)
        print("gradproof: the page is at the address above, for this machine only; Ctrl+C ends it", file=sys.stderr)
        if browser:
            _open(address)
        return SETTLED if process.wait() == 0 else 1
    except KeyboardInterrupt:
        return SETTLED
    finally:
        stop(process)


def start(port: int, token: str) -> subprocess.Popen[str]:
    """The process that serves the page. The token goes through a pipe: a command line can be read by everyone."""
    command = [sys.executable, "-m", "marimo", "-q", "run", str(PAGE), "--host", HOST, "--port", str(port)]
    command += ["--headless", "--token", "--token-password-file", "-", "--no-sandbox"]
    environment = {**os.environ, "MARIMO_SKIP_UPDATE_CHECK": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=sys.stderr.fileno(), env=environment, text=True, cwd=PAGE.parent
    )
    assert process.stdin is not None
    process.stdin.write(token)
    process.stdin.close()
    return process


def stop(process: subprocess.Popen[str]) -> None:
    """Ends the process, and waits for it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def checked(port: int) -> int:
    """The port. UsageError where another program has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"--port {port} cannot be used ({error.strerror}): give another, or leave it out"
            ) from None
    return port


def answers(process: subprocess.Popen[str], port: int) -> bool:
    """Whether the page answers in time. No proxy is asked: this machine is meant."""
    address = f"http://{HOST}:{port}/health"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + STARTUP
    while time.monotonic() < until and process.poll() is None:
        try:
            with direct.open(address, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        print("gradproof: no browser could be opened: open the address yourself", file=sys.stderr)
