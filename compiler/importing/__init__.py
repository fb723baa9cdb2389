"""`hydra import`: documents of other systems become Projects, with a proof of what is the same."""
