"""`hydra.lock`: what a repo goes on with until somebody says otherwise."""
