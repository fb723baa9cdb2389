"""Plans become manifests: one module a kind of plan. A lowering writes down and decides nothing."""
