"""Records that the engine packs its state into."""

from typing import Any

import numpy as np

LINE = 64
"""Bytes of a line of a cache."""


def zero_rows(dtype: np.dtype[np.void], count: int) -> np.recarray:
    """Zeroed records, the first at the begin of a line of a cache."""
    room = np.zeros(count * dtype.itemsize + LINE, dtype=np.uint8)
    first = -room.ctypes.data % LINE
    return room[first : first + count * dtype.itemsize].view(dtype).view(np.recarray)


def _whole_lines(fields: Any) -> np.dtype[np.void]:
    """A record of fields one after another, as long as whole lines of a cache."""
    packed = np.dtype(fields)
    names = [name for name, _ in fields]
    return np.dtype(
        {
            "names": names,
            "formats": [packed[name] for name in names],
            "offsets": [packed.fields[name][1] for name in names],  # type: ignore[index]
            "itemsize": -(-packed.itemsize // LINE) * LINE,
        }
    )


ACCOUNT = _whole_lines(
    [(name, np.int64) for name in ("status", "flag", "owed", "stale", "wake", "before", "after", "due")]
    + [(name, np.int64) for name in ("arrives", "cut_due", "draws", "sent", "lands", "out", "out_at", "next_out")]
    + [(name, np.int64) for name in ("next_out_at", "warned", "nudged", "live", "rested", "advanced", "given")]
    + [(name, np.int64) for name in ("held", "last", "used_at", "helped", "helped_at", "put_in")]
    + [(name, np.int64) for name in ("wallet", "equity", "enters", "owner", "opted", "leaves")]
    + [(name, np.float64) for name in ("used", "closed")]
    + [(name, np.float64) for name in ("leverage", "hold", "idle", "topup_chance", "topup_delay")]
    + [(name, np.float64) for name in ("nudge_chance", "cut_chance", "cut_share", "stop_loss", "take_profit")]
    + [(name, np.float64) for name in ("herd", "draw_every", "keep")]
)
"""One account, what is asked most on its first lines: what changes, then its plans. `flag`: tick found below
maintenance, -1 if not; `due`: tick of the next entry or exit; `arrives`: tick of a top-up, -1 if none; `wake`: next
tick at which something may happen, and its neighbours `before` and `after` among those who wake then; `stale`: 1 if
others changed its books since it was last looked at; `live`: number of its tranches; `rested`: tick before which
nothing more of it is sold; `owed` to the pool, of which `advanced` is the amount without the fee; `given` to
others; `helped` by the pool at tick `helped_at`; `held`: 1 while its withdrawal waits; `last`: market of its last
forced close, -1 if none; `used`, `closed`: what was put up of it, in the window and since its flag; `sent`:
quantums of a top-up in transit, which `lands` at a tick; `out`, `next_out`: quantums on their way to its wallet,
there at `out_at`, `next_out_at`; `cut_due`: tick at which it reduces, -1 if none; `nudged`: 1 while the venue's
warning stands; `draws`: tick of its next withdrawal of what it does not need; `put_in`: quantums that it brought
since it came in, less the part that withdrawals were of its equity."""

WATCH = _whole_lines(
    [("legs", np.int64)]
    + [(name, np.float64) for name in ("worth", "below", "over", "first", "second")]
    + [(name, np.uint32) for name in ("first_side", "second_side")]
)
"""What is watched of one account, on one line of a cache: how many `legs` it holds, and `BEYOND` more if a level of
equity concerns it too; its cash with the funding paid so far; between which multiples of maintenance margin nothing
happens, `below` and one divided by `over`, which is 0 for no limit; the coins of two legs, and their sides: twice the
market, and one more for a short."""

BEYOND = 1 << 16

TRANCHE = np.dtype(
    [(name, np.int64) for name in ("instrument", "left", "opened", "shown", "phase", "resets")]
    + [(name, np.int64) for name in ("winner", "won", "bond", "until")]
    + [(name, np.float64) for name in ("top", "begun", "price")]
)
"""One auction: `instrument` -1 if the slot is empty, `left` base quantums still to sell, the tick `opened` at which its
clock started and the mark `top` then; `shown`: tick from which latency counts; `begun`: discount at which an insolvent
phase starts; while `winner` is not -1 it is reserved: `won` quantums at `price`, with a `bond`, `until` a tick."""

MARKET_ROW = np.dtype(
    [(name, np.int64) for name in ("posted", "heard", "halted", "tripped", "own_pool", "used_at", "sold_at")]
    + [(name, np.float64) for name in ("used", "sold", "sigma", "pool_share")]
    + [
        (name, np.float64)
        for name in ("oracle", "index", "slope", "volume", "band", "wide", "strain", "initial", "maintenance")
    ]
    + [(name, np.float64) for name in ("factor", "confidence", "initial_before", "maintenance_before")]
    + [(name, np.float64) for name in ("initial_weight", "maintenance_weight", "oi_lower", "oi_upper")]
    + [(name, np.float64) for name in ("curve_initial", "curve_maintenance", "base_margin", "range")]
    + [(name, np.float64) for name in ("deviation", "funding_clamp", "own_weight", "seen", "source", "stable")]
    + [("memory", np.float64, 28)]
)
"""One market: what changes (`index`, `slope`, `initial`, `maintenance`, `factor` are those of this tick; `volume` is X;
`band` and `wide` are how far off what is expected the skipping bounds allow posted prices to be, `strain` is how much
of that they used today; `seen`: slope that keepers believe in;
`source`: what the oracle last heard, at tick `heard` if it could post; `stable`, `memory`: its smooth price; `halted`:
tick until which it is, and `tripped` the one since which, -1 if never; `own_pool`: quantums of the pool that pay for it
alone; `used`, `sold`: what was put up and closed, in their windows), then its terms and venue."""

INSTRUMENT = np.dtype(
    [(name, np.int64) for name in ("kind", "market", "step", "gross", "outside", "auctioned", "held", "borrowed")]
    + [(name, np.int64) for name in ("call", "expiry", "window", "first", "end")]
    + [(name, np.float64) for name in ("unit", "spread", "strike", "tick", "mark", "fair", "basis", "delta", "slow")]
    + [("own_spread", np.float64)]
    + [(name, np.float64) for name in ("volatility", "tau", "forward", "fixed", "moving")]
    + [(name, np.float64) for name in ("asset_initial", "asset_maintenance", "asset_curve", "asset_worst")]
    + [(name, np.float64) for name in ("liability_initial", "liability_maintenance", "asset_scale")]
    + [(name, np.float64) for name in ("liability_scale", "asset_cap", "asset_hedges", "borrow_rate")]
    + [("memory", np.float64, 28)]
)
"""One instrument. `held`, `borrowed` and `gross` are sums over accounts of sizes above zero, below, and of both;
`auctioned` of what their live tranches hold;
`forward` of an option is `fixed + moving * price`, and its expiry the rows from `first` to `end`; `slow` is the other
price of the initial tier, `memory` that of a stable price."""

KEEPER = np.dtype(
    [(name, np.int64) for name in ("cash", "touched", "barred", "latency", "conduct", "keeper_owner")]
    + [(name, np.float64) for name in ("have", "capital", "refill", "edge", "least", "patience", "risk", "cost")]
)
"""One keeper: profit so far, free capital and when it was last reckoned, when it may act again, then its traits."""

STAKER = np.dtype(
    [(name, np.int64) for name in ("asked", "noted")] + [(name, np.float64) for name in ("units", "nerve")]
)
"""One staker: when it asked to leave, -1 if not, and the value then; its units of the pool; when it loses its nerve."""
