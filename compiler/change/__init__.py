"""What a change of the specs does to a cluster, told before it is merged."""
