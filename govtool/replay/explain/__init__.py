"""Why things happened in a replay: state, rule, numbers and outcome of each event, and what would have changed it."""
