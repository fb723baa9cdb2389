"""What Hydra is compared with: a module a peer, named as in `bench.setup`."""
