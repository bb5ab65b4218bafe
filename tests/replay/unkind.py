"""A crash in which the world does its worst: everything that govtool.engine.state.Weather and Passage can say."""

import dataclasses

import numpy as np

from govtool.engine.codes import BACKSTOP, DOWN, FORCED, UP
from govtool.engine.state import Habits, Keepers, Passage, Weather
from govtool.scenario.bundle import Scenario

SLOW = Passage(
    batch_ticks=4,
    proof_lag=40,
    dispute_chance=0.3,
    dispute_lag=60,
    bridge_lag=20,
    bridge_fee=0.002,
    bridge_capacity=5e6,
    channel_capacity=2e5,
    channel_refill_s=3_600.0,
    channel_fee=0.001,
    channel_lag=4,
)


def unkind(window: Scenario, *, ordering: int = 0) -> Scenario:
    """The window with an outage before and in the crash, thin and spoofed books, a slow bridge, and nervous traders."""
    ticks, markets = window.feed.index.shape
    crash = int(np.argmin(window.feed.index[:, 0]))
    chain = np.full(ticks, UP, dtype=np.int64)
    chain[crash - 300 : crash - 260] = DOWN
    chain[crash - 20 : crash + 8] = DOWN
    chain[crash : crash + 8] = FORCED
    quote = window.feed.index * 1.001
    quote[crash - 200 : crash - 150] = 0.0
    thin = np.ones((ticks, markets))
    thin[crash - 60 : crash + 60] = 30.0
    panic = np.zeros(ticks, dtype=np.int64)
    panic[[crash - 100, crash - 10]] = 1
    weather = Weather(chain, quote, thin, thin, np.full((ticks, markets), 0.5), panic)
    venue = window.venue._replace(passage=SLOW, gas=0.25, ordering=ordering, priority_share=0.1, frontrun=20_000.0)
    crowd = window.crowd._replace(habits=_nervous(window.crowd.equity.size))
    return dataclasses.replace(
        window, weather=weather, venue=venue, crowd=crowd, keepers=_backed(window.keepers), digest="sha256:unkind"
    )


def _nervous(accounts: int) -> Habits:
    return Habits(
        leaves=np.zeros(accounts, dtype=np.int64),
        nudge_chance=np.full(accounts, 0.5),
        cut_chance=np.full(accounts, 0.5),
        cut_share=np.full(accounts, 0.4),
        stop_loss=np.where(np.arange(accounts) % 3 == 0, 0.5, 0.0),
        take_profit=np.where(np.arange(accounts) % 3 == 1, 1.5, 0.0),
        herd=np.full(accounts, 0.2),
        draws=np.full(accounts, 50, dtype=np.int64),
        draw_every=np.full(accounts, 400.0),
        keep=np.full(accounts, 3.0),
        nudge=2.5,
        herd_delay=10.0,
    )


def _backed(keepers: Keepers) -> Keepers:
    """The keepers and a backstop."""
    last = {"latency": 1, "capital": 5e6, "refill": 1e3, "edge": 0.005, "least": 0.0, "conduct": BACKSTOP}
    last |= {"patience": 0.0, "risk": 0.0, "cost": 0.0, "keeper_owner": -1}
    count = keepers.latency.size
    found = {}
    for name, value in last.items():
        here = getattr(keepers, name)
        there = here if here.size else np.full(count, -1 if name == "keeper_owner" else 0)
        found[name] = np.append(there, value).astype(here.dtype)
    return Keepers(**found)
