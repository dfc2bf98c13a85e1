"""A device that runs: how it is put together, its pace, and what is attached to it meanwhile."""
