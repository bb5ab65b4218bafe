"""Small studies for tests: few accounts, few windows, few trials, on the bundled history."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import tomlkit

from govtool.study.context import study_histories
from govtool.study.model import Study, parse_study

EVENTS = {
    "train": ["reconstructed-crash-2021-05-19", "reconstructed-calm-2021-07-11"],
    "select": ["reconstructed-crash-2022-05-11", "reconstructed-crash-2022-11-08"],
    "test": ["reconstructed-crash-2023-08-17", "reconstructed-crash-2024-08-05"],
}
SPACE = [
    {"field": "tiers.large-cap.initial_margin_ppm", "low": 10_000, "high": 50_000, "step": 5_000},
    {"field": "tiers.large-cap.maintenance_fraction_ppm", "low": 400_000, "high": 800_000, "step": 50_000},
    {"field": "liquidation.max_position_portion_liquidated_ppm", "low": 50_000, "high": 500_000, "step": 50_000},
    {"field": "insurance.treasury_transfer_per_year", "low": 0, "high": 10**12, "step": 25 * 10**10},
]


def small_content(**changes: Any) -> dict[str, Any]:
    """A study file's content, without history digests; each change replaces a top-level entry."""
    content: dict[str, Any] = {
        "format": "govtool/study@1",
        "name": "small",
        "title": "A small study",
        "protocol": "dydx-v4",
        "world": "small.toml",
        "seeds": [1],
        "markets": ["BTC", "ETH"],
        "events": EVENTS,
        "histories": {},
        "search": {"trials": 12, "batch": 4, "population": 4, "seed": 3},
        "space": SPACE,
        "objectives": {"cost_of_capital_ppm_per_year": 100_000, "windows_per_year": 4.0},
        "constraints": {
            "pool_floor": 0,
            "revenue_loss_max_ppm": 200_000,
            "unfilled_share_max_ppm": 900_000,
            "bad_debt": "not above current",
        },
        "selection": {"tolerance": {"tail_loss": 0.01, "trader_cost": 1.0, "capital_efficiency": 1.0}},
        "proposal": {
            "number": 9,
            "slug": "small-study",
            "title": "A small study",
            "authors": ["Example Risk Group"],
            "deposit": "2000000000000000000000adydx",
            "network": "dydx-mainnet-1",
        },
    }
    return content | changes


def write_small_world(folder: Path, accounts: int = 150) -> Path:
    """The default world with few accounts."""
    text = (files("govtool.world") / "worlds" / "default.toml").read_text(encoding="utf-8")
    small = text.replace("accounts = 1000", f"accounts = {accounts}").replace('"default"', '"small"')
    assert small.count(f"accounts = {accounts}") == 1 and 'name = "small"' in small
    path = folder / "small.toml"
    path.write_text(small, encoding="utf-8")
    return path


def write_study(folder: Path, content: dict[str, Any], *, histories: bool = True) -> Path:
    """Write a study file and its world; the digests of its series are filled in unless told otherwise."""
    write_small_world(folder)
    if histories:
        content = content | {"histories": study_histories(parse_study(content))}
    path = folder / "study.toml"
    path.write_text(tomlkit.dumps(content), encoding="utf-8")
    return path


def parsed(**changes: Any) -> Study:
    """The small study, parsed; nothing is read from disk."""
    return parse_study(small_content(**changes))
