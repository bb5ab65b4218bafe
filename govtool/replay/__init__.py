"""One scenario under one protocol: the replay, what it amounts to, and the folder that keeps it."""
