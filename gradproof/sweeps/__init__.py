"""What `gradproof sweep` does, for each kind of sweep."""
