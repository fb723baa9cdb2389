"""Source types: what a URI and its options mean. One file a type; `registry` finds them."""
