"""The digest names what a protocol does, not what it is called."""

import pytest

from govtool.errors import ParamError
from govtool.protocol.digest import digest
from govtool.protocol.fields import fields, get, replaced
from govtool.protocol.read import parsed, preset, to_toml, validated

GOVTOOL = preset("govtool")


def test_the_digest_ignores_labels_and_survives_a_file():
    renamed = GOVTOOL.model_copy(update={"name": "other", "source": "elsewhere", "date": "2020-01-01"})
    assert digest(renamed) == digest(GOVTOOL) == digest(parsed(to_toml(GOVTOOL), "x"))
    assert digest(GOVTOOL).startswith("sha256:") and len(digest(GOVTOOL)) == 71


def neighbour(path):
    """The protocol with one number moved by one, up if that is allowed, or down; None if it is held on both sides."""
    for step in (1, -1):
        try:
            return replaced(GOVTOOL, {path: get(GOVTOOL, path) + step})
        except ParamError:
            continue
    return None


def test_every_number_changes_the_digest():
    numbers = [one.path for one in fields(GOVTOOL) if one.kind == "int" and one.searchable]
    moved = {path: neighbour(path) for path in numbers}
    # Tiers without caps: a lower cap above an upper of 0 is refused. Collateral that cannot be borrowed: both are at 1.
    # All sources are heard: one alone would be fewer than must speak.
    still = {path for path, found in moved.items() if found is None}
    assert all(
        path.endswith(("open_interest_lower_cap", "maintenance_liability_ppm", "oracle.sources")) for path in still
    )
    seen = {digest(found) for found in moved.values() if found is not None} | {digest(GOVTOOL)}
    assert len(seen) == 1 + len(numbers) - len(still)


def test_a_field_that_came_later_leaves_digests_of_older_files_alone():
    # As they stood before the fields existed.
    assert digest(preset("dydx-v4")) == "sha256:e5325177e67b0da74375b945801f3ce396e5126f7a0082ff349c469e3c7ee530"
    older = preset("dydx-v4").model_dump()
    for table in ("keepers", "loss_sharing", "withdrawals", "sequencer"):
        del older[table]
    assert digest(validated(older, "x")) == digest(preset("dydx-v4"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("liquidation.cooldown_s", 60),
        ("liquidation.breaker.halt_s", 60),
        ("insurance.target", 1),
        ("insurance.advance.fee_ppm", 1),
        ("keepers.settle_s", 60),
        ("loss_sharing.waterfall", "adl insurance"),
        ("withdrawals.guard", True),
        ("markets.BTC.pool_share_ppm", 1),
    ],
)
def test_a_field_that_came_later_counts_where_it_says_something(path, value):
    plain = preset("dydx-v4")
    assert digest(replaced(plain, {path: value})) != digest(plain)
