"""What is about to be committed: whether it is what its specs compile to. For `hydra hook`, which pre-commit runs."""
