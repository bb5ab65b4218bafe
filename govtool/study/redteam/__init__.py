"""The red team: the worst attack on a protocol that a budget pays for, and which parameter closes it."""
