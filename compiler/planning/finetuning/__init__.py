"""Decisions about one fine-tuning: its run, its data, its files, its pods, its claim."""
