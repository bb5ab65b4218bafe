"""Metrics of a replay: each declared once, with unit, better direction and meaning."""

from typing import Literal, NamedTuple


class Metric(NamedTuple):
    """What a number means. `better` is "none" for a number that is neither good nor bad in itself."""

    unit: str
    better: Literal["lower", "higher", "none"]
    meaning: str


SOLVENCY: dict[str, Metric] = {
    "bad_debt_usd": Metric("usd", "lower", "Losses that nobody paid."),
    "bad_debt_bps_oi": Metric("bps", "lower", "The same per average open interest."),
    "insurance_draw_usd": Metric("usd", "lower", "Paid out by the insurance pool for good; lost advances are in it."),
    "insurance_inflow_usd": Metric(
        "usd", "higher", "Paid into the insurance pool: fees, interest, penalties and transfers."
    ),
    "insurance_min_balance_usd": Metric("usd", "higher", "Lowest balance of the insurance pool."),
    "insurance_depleted": Metric("0 or 1", "lower", "1 if the pool fell to a hundredth of its opening or less."),
    "shared_loss_usd": Metric(
        "usd", "lower", "What accounts that opted in, holders of a market and those who left paid for others' losses."
    ),
    "adl_usd": Metric("usd", "lower", "What deleveraged counterparties lost against oracle."),
    "adl_notional_usd": Metric("usd", "lower", "Size that was deleveraged, at oracle."),
    "adl_accounts": Metric("accounts", "lower", "Counterparties that were deleveraged."),
    "adl_unfairness": Metric(
        "ratio",
        "lower",
        "Largest share of its equity that a deleveraged counterparty lost, beside that of all losing alike.",
    ),
}

POOL: dict[str, Metric] = {
    "advanced_usd": Metric("usd", "none", "Margin that the pool lent to accounts in trouble."),
    "topup_repaid_share": Metric("fraction", "higher", "The part of it that was paid back, without fees."),
    "advances_lost_usd": Metric("usd", "lower", "The part of it that was written off."),
    "stakers_withdrawn_usd": Metric("usd", "lower", "What stakers took out of the pool."),
    "stakers_yield_usd": Metric("usd", "none", "The pool's income that was paid out to stakers."),
    "treasury_transfer_usd": Metric("usd", "none", "What the treasury sent to the pool."),
    "treasury_overflow_usd": Metric("usd", "none", "What the pool sent to the treasury beyond its target."),
    "premium_usd": Metric("usd", "none", "Paid to accounts that opted into sharing losses."),
}

LIQUIDATION: dict[str, Metric] = {
    "liquidated_usd": Metric("usd", "lower", "Size closed by force on the market or by keepers, at oracle."),
    "liquidated_accounts": Metric("accounts", "lower", "Accounts of which something was closed by force."),
    "liquidated_share": Metric(
        "fraction", "lower", "Size closed by force or deleveraged, of the open interest at the start."
    ),
    "liquidation_cost_usd": Metric("usd", "lower", "What forced closes cost their traders against oracle."),
    "liquidation_cost_bps": Metric("bps", "lower", "The same per size closed."),
    "contagion_usd": Metric(
        "usd", "lower", "Size closed by force in markets that had lost their account nothing, while another had."
    ),
    "contagion_share": Metric("fraction", "lower", "The same, of all that was closed by force."),
    "excess_liquidated_usd": Metric("usd", "lower", "Size closed beyond what restores the account's margin."),
    "unnecessary_liquidation_share": Metric(
        "fraction", "lower", "Size closed of accounts that would have stayed solvent for a day if left alone."
    ),
    "unnecessary_liquidation_cost_usd": Metric("usd", "lower", "What closing those cost their traders."),
    "liquidation_velocity_max_usd_per_min": Metric(
        "usd per min", "lower", "Most that was closed by force in one minute."
    ),
    "cascade_factor": Metric(
        "ratio", "lower", "Size closed by force beside the same without the oracle's feedback; on request."
    ),
    "undercollateralised_account_seconds": Metric(
        "account s", "lower", "Time that accounts spent below maintenance margin."
    ),
    "oracle_error_liquidations": Metric(
        "accounts", "lower", "Liquidations begun while the index alone would not have begun them."
    ),
    "halt_seconds": Metric("market s", "none", "Time that breakers halted markets."),
}

AUCTIONS: dict[str, Metric] = {
    "auction_seconds_median": Metric(
        "s", "lower", "Median time from the opening of an auction to its end; on the book, of a liquidation."
    ),
    "auction_seconds_mean": Metric("s", "lower", "The mean of the same, which is finer than ticks."),
    "auction_seconds_p99": Metric("s", "lower", "The 99th percentile of the same."),
    "auction_resets": Metric("auctions", "none", "Times that an auction started again."),
    "auction_unfilled_share": Metric(
        "fraction", "lower", "Size put up that no keeper took; on the book, size closed by last resorts."
    ),
    "sale_discount_bps": Metric(
        "bps", "lower", "Price that keepers or the book paid below oracle, without fees; negative above it."
    ),
    "price_improvement_bps": Metric(
        "bps",
        "higher",
        "Liquidation cost below that of a first-come sale at oracle for a fixed penalty, which is the full"
        " liquidation fee of the protocol in every format; discount, fee and reward all count as cost.",
    ),
    "keeper_profit_usd": Metric("usd", "none", "What keepers earned, less gas and bonds lost."),
    "keeper_rewards_usd": Metric("usd", "none", "Rewards that keepers had from accounts beside the discount."),
    "keeper_gas_usd": Metric("usd", "lower", "What keepers paid for gas, bids and their place in the block."),
    "keeper_penalties_usd": Metric("usd", "none", "Bonds that keepers forfeited."),
    "keepers_active": Metric("keepers", "higher", "Keepers that took something."),
    "keeper_hhi": Metric("fraction", "lower", "Concentration of what keepers took (Herfindahl index)."),
    "fastest_keeper_share": Metric("fraction", "lower", "Share of what keepers took that the fastest one took."),
    "backstop_usd": Metric("usd", "none", "Size that permissionless backstop pools bought, at oracle."),
    "frontrun_usd": Metric("usd", "lower", "What searchers earned by trading ahead of keepers."),
}

USE: dict[str, Metric] = {
    "open_interest_avg_usd": Metric("usd", "higher", "Time average of one-sided open interest."),
    "collateral_avg_usd": Metric("usd", "none", "Time average of what traders own."),
    "capital_efficiency": Metric("ratio", "higher", "Average open interest per average collateral."),
    "fee_revenue_usd": Metric("usd", "higher", "Trading and liquidation fees paid."),
    "treasury_revenue_usd": Metric(
        "usd", "higher", "What the treasury received of them; transfers to the pool and its overflow do not count."
    ),
    "topup_usd": Metric("usd", "none", "Collateral that traders added."),
    "withdrawn_usd": Metric("usd", "none", "Cash that traders took out, fees of a channel in it."),
    "withdrawals_delayed_usd": Metric("usd", "lower", "Cash of withdrawals that were held back."),
    "voluntary_closed_usd": Metric("usd", "none", "Size that traders closed of themselves after a warning, at oracle."),
    "stop_orders": Metric("orders", "none", "Stop-losses that were triggered."),
    "limit_orders": Metric("orders", "none", "Take-profits that were triggered."),
    "panics": Metric("panics", "none", "Times that traders lost their nerve together."),
    "capital_needed_usd": Metric(
        "usd", "lower", "Collateral that would have kept every liquidated account above maintenance for a day."
    ),
    "buffer_p95": Metric(
        "fraction of notional",
        "lower",
        "Extra collateral that would have kept 95 % of liquidated accounts above maintenance for a day.",
    ),
}

CHAIN: dict[str, Metric] = {
    "down_seconds": Metric("s", "lower", "Time that the chain was not up."),
    "oracle_error_mean_bps": Metric("bps", "lower", "Mean error of posted prices against the index, of any sign."),
    "oracle_error_max_bps": Metric("bps", "lower", "The largest one."),
    "oracle_stale_seconds": Metric("market s", "lower", "Time that markets' prices were stale by the protocol's rule."),
    "transit_avg_usd": Metric("usd", "lower", "Time average of money under way between accounts and wallets."),
    "topups_late_usd": Metric("usd", "lower", "Top-ups that reached an account without positions, and went back."),
    "withdrawals_in_transit_usd": Metric("usd", "lower", "Withdrawals that had not reached their owners by the end."),
    "carrier_fees_usd": Metric("usd", "lower", "What bridge and channel kept."),
}

INTEGRITY: dict[str, Metric] = {
    "ledger_residual_quantums": Metric("quantums", "lower", "Money made or lost by the arithmetic; zero."),
}

METRICS: dict[str, Metric] = SOLVENCY | POOL | LIQUIDATION | AUCTIONS | USE | CHAIN | INTEGRITY
"""Every metric, in the order of tables."""
