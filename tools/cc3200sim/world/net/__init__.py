"""Networks that the board can be on: one in memory, scripted by tests, and this computer's loopback."""
