"""Download of the public Binance archive: verified against its checksums, in parallel, resumable."""

import calendar
import datetime
import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from govtool import __version__
from govtool.errors import DataError, GovtoolError, ParamError
from govtool.history.archive import joined, read_content
from govtool.history.bars import Title, digest_arrays, interval_seconds, new_series
from govtool.history.check import Rows, check_rows
from govtool.history.gaps import Gaps, series_gaps
from govtool.history.store import read_parquet, renamed, write_series

BASE_URL = "https://data.binance.vision"
MARKETS = {"spot": "spot", "um": "futures/um"}
KINDS = {"klines": "bars", "markPriceKlines": "mark", "fundingRate": "funding"}
PARTS = "parts"
"""Folder, below the one fetched into, that keeps each verified month or day."""

TRIES = 3
PAUSE_S = 0.5  # before the second try, doubled before each further one
TIMEOUT_S = 60.0

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Archive:
    """One file of the archive and what it holds."""

    path: str
    title: Title

    @property
    def name(self) -> str:
        """File name. Example: "BTCUSDT-1m-2024-08.zip"."""
        return self.path.rsplit("/", 1)[-1]

    def part(self, folder: Path) -> Path:
        """Where its verified rows are kept."""
        kind = "" if self.title.kind in ("bars", "funding") else f"-{self.title.kind}"
        return folder / PARTS / f"{self.title.venue}{kind}" / f"{self.name.removesuffix('.zip')}.parquet"


@dataclass(frozen=True)
class Fetched:
    """One series that is complete now."""

    path: Path
    name: str
    rows: int
    digest: str
    gaps: Gaps
    downloaded: int
    kept: int


def archives(market: str, symbol: str, kind: str, interval: str, first: str, last: str) -> list[Archive]:
    """Archives of one symbol from `first` to `last`: months written 2024-08, or days written 2024-08-05.

    Example: spot, BTCUSDT, klines, 1m, 2024-08, 2024-08 is
    data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-08.zip.
    """
    if market not in MARKETS or kind not in KINDS:
        raise ParamError(f"market {market!r}, kind {kind!r}: choose among {', '.join((*MARKETS, *KINDS))}")
    if kind != "klines" and market == "spot":
        raise ParamError(f"kind {kind!r} exists for um (perpetuals) only: give --market um")
    if not re.fullmatch(r"[A-Z0-9]{2,30}", symbol):
        raise ParamError(f"symbol {symbol!r} is not written as the archive does, such as BTCUSDT")
    stamps, period = _stamps(first, last)
    if kind == "fundingRate" and period == "daily":
        raise ParamError(f"funding archives are monthly: write months such as {first[:7]}")
    venue = "binance-spot" if market == "spot" else "binance-perp"
    title = Title(venue, symbol, interval_seconds("8h" if kind == "fundingRate" else interval), KINDS[kind])
    folder = f"data/{MARKETS[market]}/{period}/{kind}/{symbol}"
    if kind == "fundingRate":
        return [Archive(f"{folder}/{symbol}-fundingRate-{stamp}.zip", title) for stamp in stamps]
    return [Archive(f"{folder}/{interval}/{symbol}-{interval}-{stamp}.zip", title) for stamp in stamps]


def _stamps(first: str, last: str) -> tuple[list[str], str]:
    """Months or days from first to last, and which they are."""
    if _MONTH.fullmatch(first) and _MONTH.fullmatch(last):
        begin, end = _date(f"{first}-01"), _date(f"{last}-01")
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
        period, length = "monthly", 7
    elif _DAY.fullmatch(first) and _DAY.fullmatch(last):
        begin, end = _date(first), _date(last)
        period, length = "daily", 10
    else:
        raise ParamError(f"from {first} to {last}: write both as months (2024-08) or both as days (2024-08-05)")
    if end < begin:
        raise ParamError(f"from {first} to {last}: the end is before the beginning")
    days = [begin + datetime.timedelta(days=d) for d in range((end - begin).days + 1)]
    return list(dict.fromkeys(day.isoformat()[:length] for day in days)), period


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ParamError(f"{text} is no day of the calendar") from None


def fetch(
    wanted: Sequence[Sequence[Archive]],
    out: Path,
    *,
    base_url: str = BASE_URL,
    workers: int = 4,
    advance: Callable[[str], None] = lambda text: None,
) -> list[Fetched]:
    """Download what is not there yet and write one Parquet series for each list of archives.

    Each archive is checked against its published SHA-256, read, checked and kept below `parts`, where the
    next call finds it. An archive that fails does not stop the others; then no series is written that lacks
    it.

    Parameters
    ----------
    advance : callable
        Called with a line of text when an archive is done.

    Raises
    ------
    DataError
        An archive is missing, corrupt or cannot be reached; the sentence names it.
    """
    if urlsplit(base_url).scheme not in ("http", "https"):
        raise ParamError(f"base URL {base_url!r} does not begin with http:// or https://")
    jobs = [archive for one in wanted for archive in one]
    failures: list[str] = []
    news: dict[Archive, bool] = {}

    def job(archive: Archive) -> None:
        try:
            news[archive] = _ensure(archive, out, base_url)
            advance(f"{archive.name}: {'verified' if news[archive] else 'already there'}")
        except GovtoolError as problem:
            failures.append(str(problem))
            advance(f"{archive.name}: failed")

    pool = ThreadPoolExecutor(max_workers=max(1, workers))
    try:
        list(pool.map(job, jobs))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if failures:
        rest = f" (and {len(failures) - 1} more failed)" if len(failures) > 1 else ""
        raise DataError(f"{sorted(failures)[0]}{rest}; what did arrive is kept for the next try")
    return [_joined(one, out, sum(news[archive] for archive in one)) for one in wanted]


def _ensure(archive: Archive, out: Path, base_url: str) -> bool:
    """Have the archive's rows in its part; False if a verified part was there."""
    part = archive.part(out)
    if part.is_file() and _intact(archive, part):
        return False
    url = f"{base_url.rstrip('/')}/{archive.path}"
    published = _CHECKSUM.match(_get(f"{url}.CHECKSUM", f"{archive.name}.CHECKSUM").decode("ascii", "replace"))
    if published is None:
        raise DataError(f"{archive.name}.CHECKSUM: does not begin with a SHA-256 ({url}.CHECKSUM): try again later")
    content = _get(url, archive.name)
    found = hashlib.sha256(content).hexdigest()
    if found != published[0]:
        raise DataError(
            f"{archive.name}: has SHA-256 {found[:12]}..., and {published[0][:12]}... was published for "
            "it: it came "
            "corrupt or cut short, run the command again"
        )
    rows = read_content(content, archive.name, archive.title)
    series = new_series(archive.title, rows.timestamp, rows.columns)
    write_series(renamed(series, part.stem), part.parent, source=url, notes={"archive_sha256": found})
    return True


def _intact(archive: Archive, part: Path) -> bool:
    """Whether a part still holds what was verified when it was written."""
    try:
        rows, digest = _rows(archive, part)
    except GovtoolError:
        return False
    return digest_arrays({"timestamp": rows.timestamp, **rows.columns}) == digest


def _rows(archive: Archive, part: Path) -> tuple[Rows, str]:
    timestamp, columns, metadata = read_parquet(part)
    rows = Rows(timestamp, columns, archive.title.interval_s, archive.title.kind)
    check_rows(rows, str(part))
    return rows, metadata.get("digest", "")


def _joined(one: Sequence[Archive], out: Path, downloaded: int) -> Fetched:
    title = one[0].title
    rows = joined([_rows(archive, archive.part(out))[0] for archive in one], f"{one[0].name} and later")
    series = new_series(title, rows.timestamp, rows.columns)
    gaps = series_gaps(series)
    path = write_series(series, out, source=f"Binance public archive, {one[0].name} to {one[-1].name}")
    return Fetched(path, series.name, series.timestamp.size, series.digest, gaps, downloaded, len(one) - downloaded)


def _get(url: str, name: str) -> bytes:
    """Content of a URL, tried again where the network or the server failed for the moment."""
    request = urllib.request.Request(url, headers={"User-Agent": f"govtool/{__version__}"})
    reason = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_S * 2 ** (attempt - 1))
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as problem:
            if problem.code == 404:
                raise DataError(f"{name}: is not in the archive ({url}): choose a time that it covers") from problem
            reason = f"HTTP {problem.code}"
            if problem.code < 500 and problem.code != 429:
                break
        except http.client.IncompleteRead as problem:
            reason = f"it was cut short after {len(problem.partial)} bytes"
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as problem:
            reason = str(getattr(problem, "reason", problem))
    raise DataError(f"{name}: cannot be fetched from {url} ({reason}): check the connection and run it again")
