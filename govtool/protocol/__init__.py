"""What governance sets: typed parameters in on-chain units, presets, messages, exact arithmetic."""
