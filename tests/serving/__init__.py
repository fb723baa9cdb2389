"""Serves what is compiled, and asks the servers' own schemas. Without the servers the tests of this folder are skipped."""
