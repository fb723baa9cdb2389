"""Decisions about training: memory, DeepSpeed, batches, placement. Pure functions over plain values."""
