"""A window of history, a world and a seed, frozen into what the engine replays."""
