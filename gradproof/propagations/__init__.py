"""What `gradproof propagate` does."""
