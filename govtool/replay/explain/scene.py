"""An event at the moment before it happens: its row, the books, and how its numbers are named."""

from functools import cached_property

from govtool.engine.codes import EVENT_NAMES
from govtool.engine.terms import POSITION
from govtool.protocol.fields import Value, get
from govtool.replay.explain.case import Case
from govtool.replay.explain.finding import Lever, Step, product, say, total
from govtool.replay.explain.rulebook import RULES
from govtool.replay.explain.stage import Holding, Standing
from govtool.replay.explain.walk import Walk
from govtool.units import QUANTUMS_PER_QUOTE, QUOTE_QUANTUM


class Scene:
    """Row `row` of the log, with the walk just before it. Must be read before the walk moves on."""

    def __init__(self, walk: Walk, row: int, account: int | None = None) -> None:
        """`account` is whose story it is told in, if not the row's own: a counterparty's, or a payer of funding."""
        log = walk.case.log
        walk.to(row)
        self.walk, self.case, self.row = walk, walk.case, row
        self.terms = walk.case.terms
        self.tick, self.kind = int(log.tick[row]), int(log.kind[row])
        self.owner, self.market, self.other = int(log.account[row]), int(log.market[row]), int(log.other[row])
        self.account = self.owner if account is None else account
        self.size, self.quote = int(log.size[row]), int(log.quote[row])
        self.fee, self.fund = int(log.fee[row]), int(log.fund[row])
        self.price = float(log.price[row])
        self.equity, self.maintenance = float(log.equity[row]), float(log.maintenance[row])

    @property
    def name(self) -> str:
        """Name of the kind."""
        return EVENT_NAMES[self.kind]

    @property
    def quantums(self) -> int:
        """The row's price, where that is an amount of money."""
        return round(self.price * QUANTUMS_PER_QUOTE)

    @property
    def instrument(self) -> str:
        """Name of the row's instrument."""
        return self.case.scenario.instruments[self.market]

    @cached_property
    def standing(self) -> Standing | None:
        """The account just before."""
        if self.account < 0 or not self.walk.inside[self.account]:
            return None
        return self.walk.stage.standing(self.account, int(self.walk.cash[self.account]), self.walk.size)

    @property
    def sure(self) -> Standing:
        """The same where there must be one."""
        assert self.standing is not None
        return self.standing

    @property
    def position(self) -> Holding:
        """The position in the row's instrument."""
        return next(one for one in self.sure.holdings if one.row == self.market)

    @property
    def coins(self) -> float:
        """Coins that the row changes, above zero."""
        return abs(self.size) * float(self.case.unit[self.market])

    @property
    def changed_notional(self) -> float:
        """What those are in quote currency."""
        return self.coins * float(self.walk.stage.state.lots[self.market].basis)

    def levers(self, *known: Lever) -> tuple[Lever, ...]:
        """Those that were worked out, then the other parameters that the rule names and the protocol has."""
        found = [self._possible(lever) for lever in known]
        for pattern in RULES[self.kind].parameters:
            path = self.path(pattern)
            if path is None or any(lever.path == path for lever in known) or self._idle(path):
                continue
            value = self.value(path)
            if value is not None:
                found.append(Lever(path, value, None, ""))
        return tuple(found)

    def _possible(self, lever: Lever) -> Lever:
        """The lever without a value that the parameter may not have."""
        if lever.would is None or isinstance(lever.would, str):
            return lever
        one = self.case.parameters[lever.path]
        if one.low <= lever.would <= one.high:
            return lever
        return lever._replace(
            would=None, effect=f"it would have to be {say(lever.would)}, outside {say(one.low)} to {say(one.high)}"
        )

    def _idle(self, path: str) -> bool:
        """Whether a group of parameters is switched off."""
        if path.startswith("adaptive."):
            return self.terms.adaptive == 0
        return path.startswith("scan.") and self.terms.margin.method == POSITION

    def value(self, path: str) -> Value | None:
        """Value of a parameter; None where the protocol has none of that name."""
        return get(self.case.source.protocol, path) if path in self.case.parameters else None

    def path(self, pattern: str) -> str | None:
        """A parameter's path with the keys of the row's instrument, or of the account's heaviest position, put in."""
        if "{" not in pattern:
            return pattern
        j = self.market
        if j < 0:
            j = self.heaviest.row if self.standing is not None and self.standing.holdings else -1
        return path_of(self.case, pattern, j)

    @property
    def heaviest(self) -> Holding:
        """The position that asks for the most maintenance margin."""
        return max(self.sure.holdings, key=lambda one: (one.charge, abs(one.value), -one.row))

    def equity_step(self) -> Step:
        """What the account is worth."""
        standing = self.sure
        terms = [say(standing.cash), *(product(one.coins, one.mark) for one in standing.holdings)]
        return Step("E", "cash + Σ size × mark", total(terms), standing.equity, self._noted(self.equity))

    def maintenance_step(self) -> Step:
        """What it must keep."""
        standing, logged = self.sure, self._noted(self.maintenance)
        charges = sum(one.charge for one in standing.holdings)
        if abs(charges - standing.maintenance) > 1e-9 * max(1.0, abs(standing.maintenance)):
            asked = ", ".join(f"{one.instrument} {say(one.charge)}" for one in standing.holdings)
            return Step(
                "MM", "need(MAINTENANCE), section 3a", f"of all together; alone: {asked}", standing.maintenance, logged
            )
        terms = [product(one.notional, one.weight) for one in standing.holdings]
        return Step("MM", "Σ |size| × mark × w", total(terms), standing.maintenance, logged)

    def _noted(self, value: float) -> float | None:
        return value if self.equity != 0.0 or self.maintenance != 0.0 else None


def path_of(case: Case, pattern: str, j: int) -> str | None:
    """A path with tier, market and asset of instrument `j`; None where it has none such."""
    scenario = case.scenario
    markets, series = len(scenario.markets), len(scenario.series)
    if j < 0:
        return None
    if "{asset}" in pattern:
        return pattern.format(asset=scenario.assets[j - markets - series]) if j >= markets + series else None
    m = j if j < markets else int(scenario.listing.option_market[j - markets]) if j < markets + series else -1
    if m < 0:
        return None
    market = scenario.markets[m]
    return pattern.format(market=market, tier=case.source.protocol.markets[market].tier)


def money(quantums: int) -> float:
    """Quote currency in quantums."""
    return quantums * QUOTE_QUANTUM
