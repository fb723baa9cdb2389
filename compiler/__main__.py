"""`python -m compiler` is `hydra`."""

from compiler.cli import main

main()
