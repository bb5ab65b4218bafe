"""What governance does not set: traders, keepers, liquidity and the chain, read from one TOML file."""
