"""Decisions about one comparison: its run, and the program that asks the services."""
