"""The Layer-2: blocks, order, outages, and how money gets on and off it."""

from typing import Annotated, Literal

from pydantic import Field

from govtool.world.declare import Group, stated
from govtool.world.outages import LoadOutages, Outage, RandomOutages

NODE = "default flag of the dYdX v4 node, protocol/x/clob/flags/flags.go"

Outages = Annotated[tuple[Outage, ...], Field(strict=False)]


class Chain(Group):
    """Blocks, the settings of a node, order of transactions, outages, and the proof of withdrawals."""

    block_s: float = stated(
        unit="s",
        meaning="Time between blocks.",
        source="1.11 s, dydx.forum thread 3259",
        ge=0.05,
        le=3_600,
    )
    lag_blocks: int = stated(
        unit="blocks",
        meaning="Blocks before a fresh liquidatable account is acted on.",
        source="the liquidation daemon wakes every 1.6 s and trails by a block: client/sub_task_runner.go",
        ge=0,
    )
    max_attempts: int = stated(unit="accounts", meaning="Accounts tried per block.", source=NODE, ge=1, le=1_000_000)
    max_deleverages: int = stated(unit="accounts", meaning="Deleveraged per block.", source=NODE, ge=0, le=1_000_000)
    max_counterparties: int = stated(
        unit="accounts", meaning="Visited per deleveraging.", source=NODE, ge=1, le=1_000_000
    )
    gas: float = stated(unit="quote", meaning="What a transaction costs a keeper.", ge=0, default=0.0)
    batch_s: float = stated(
        unit="s",
        meaning="Time between batches, with which transfers leave and arrive; 0 for every tick.",
        ge=0,
        default=0.0,
    )
    ordering: Literal["first-come", "priority", "private"] = stated(
        unit="word",
        meaning="Who goes first of keepers that want the same: the fastest, who asks for the least and pays the"
        " sequencer out of it, or nobody knows.",
        default="first-come",
    )
    priority_share: float = stated(
        unit="fraction of gain",
        meaning="What a keeper pays the sequencer for its place, where order is by priority.",
        ge=0,
        le=1,
        default=0.0,
    )
    frontrun: float = stated(
        unit="quote",
        meaning="What a searcher that sees a keeper's sale coming sells before it and buys back after; 0 for none, and"
        " none where order is private.",
        ge=0,
        default=0.0,
    )
    proof: Literal["none", "optimistic", "zk"] = stated(
        unit="word",
        meaning="How withdrawals are proven: not at all, by waiting for disputes, or by a proof.",
        default="none",
    )
    proof_s: float = stated(
        unit="s",
        meaning="Fraud-proof window (optimistic), or time to prove and settle a batch (zk).",
        ge=0,
        default=0.0,
    )
    dispute_chance: float = stated(
        unit="chance", meaning="Chance that a withdrawal is disputed (optimistic).", ge=0, le=1, default=0.0
    )
    dispute_s: float = stated(unit="s", meaning="What a dispute adds.", ge=0, default=0.0)
    forced_s: float = stated(
        unit="s",
        meaning="Outage after which users' own transactions are included by force; 0 for never.",
        ge=0,
        default=0.0,
    )
    outages: Outages = stated(unit="list", meaning="Outages of the sequencer at stated times.", default=())
    random: RandomOutages = RandomOutages()
    load: LoadOutages = LoadOutages()


class Channel(Group):
    """Someone who pays out withdrawals at once, for a fee, while the money lasts."""

    capacity: float = stated(unit="quote", meaning="What it can pay out; 0 for no channel.", ge=0, default=0.0)
    refill_s: float = stated(unit="s", meaning="Time in which used capacity comes back.", gt=0, default=3_600.0)
    fee: float = stated(unit="fraction", meaning="What it keeps.", ge=0, le=0.5, default=0.0)
    delay_s: float = stated(unit="s", meaning="Time that it takes.", ge=0, default=0.0)


class Bridge(Group):
    """The way of a top-up from another chain, and a shortcut for withdrawals."""

    delay_s: float = stated(unit="s", meaning="Time under way.", ge=0, default=0.0)
    fee: float = stated(unit="fraction", meaning="What it keeps.", ge=0, le=0.5, default=0.0)
    capacity: float = stated(unit="quote per h", meaning="Most that crosses; 0 for no limit.", ge=0, default=0.0)
    outages: Outages = stated(unit="list", meaning="Outages at stated times.", default=())
    random: RandomOutages = RandomOutages()
    load: LoadOutages = LoadOutages()
    channel: Channel = Channel()
