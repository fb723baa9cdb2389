"""What the programs that read the output say of it, where they are installed."""
