"""Module addresses against published ones."""

import pytest

from govtool.proposal.bech32 import module_address
from govtool.protocol.chain import AUTHORITY


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        # v4-chain protocol/lib/module_addresses_test.go
        ("dydx", "dydx10d07y265gmmuvt4z0w9aw880jnsr700jnmapky"),
        # the Cosmos Hub's gov account
        ("cosmos", "cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn"),
    ],
)
def test_the_gov_module_of_a_chain(prefix, address):
    assert module_address(prefix, "gov") == address


def test_the_authority_of_messages_is_the_gov_module():
    assert module_address("dydx", "gov") == AUTHORITY
