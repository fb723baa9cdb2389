"""Resources of other systems, read as they are. One module a system; `registry` finds them."""
