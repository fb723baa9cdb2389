"""What only a live cluster can say: whether its API server takes the tree, its CRDs, and what stands there now."""
