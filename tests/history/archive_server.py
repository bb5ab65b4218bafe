"""An archive on the loopback interface, laid out as the real one, for tests that download."""

import hashlib
import http.server
import io
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

FOLDER = "data/spot/monthly/klines/BTCUSDT/1m"


def zipped(text: str, name: str = "BTCUSDT-1m-2021-05.csv", **others: str) -> bytes:
    """A zip archive of one CSV file and others."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, lines in {name: text, **others}.items():
            archive.writestr(member, lines)
    return content.getvalue()


def klines(start_ms: int, rows: int = 120, unit: int = 1) -> str:
    """Lines of a kline file from a time on."""
    times = (int(start_ms) + np.arange(rows) * 60_000) * unit
    return "\n".join(f"{time},100.0,101.0,99.0,100.5,2.5,{time + 59_999},251.0,12,1.0,100.0,0" for time in times)


class Served:
    """Files of an archive by path, and how often each was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.cut: set[str] = set()
        self.busy: Counter[str] = Counter()
        self.url = ""

    def add(self, path: str, content: bytes, checksum: str | None = None) -> None:
        """Serve a file and its checksum; a wrong one if given."""
        name = path.rsplit("/", 1)[-1]
        self.files[f"/{path}"] = content
        self.files[f"/{path}.CHECKSUM"] = f"{checksum or hashlib.sha256(content).hexdigest()}  {name}\n".encode()

    def month(self, stamp: str, start_ms: int, **options: int) -> None:
        """Serve one good month of minutes (its first two hours)."""
        name = f"BTCUSDT-1m-{stamp}"
        self.add(f"{FOLDER}/{name}.zip", zipped(klines(start_ms, **options), f"{name}.csv"))


@contextmanager
def serving() -> Iterator[Served]:
    """Serve an archive on 127.0.0.1 until the block ends."""
    state = Served()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked[self.path] += 1
            content = state.files.get(self.path)
            if state.busy[self.path] > 0:
                state.busy[self.path] -= 1
                self.send_error(503)
                return
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path in state.cut else content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
