"""Policy rules: one file each, with a `RULE`. `bad` and `good` of its code are run by a test and printed in the docs."""
