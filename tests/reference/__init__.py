"""Plain-Python engine, written from docs/rules.md alone: slow, checked after every event, for tests only."""
