"""govtool: tunes the risk parameters of a cross-margin perpetuals exchange, and proves the change."""

__version__ = "0.1.0"

MODEL = 4
"""Number of the replay model; raised whenever a change moves any replayed number."""
