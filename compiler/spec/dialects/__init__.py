"""What a cluster says about other systems whose documents are read: one module a system, with `SECTION`."""
