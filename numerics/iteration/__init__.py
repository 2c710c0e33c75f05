"""Fixed points of x ↦ f(ax): how many there are, where they are, and where iterates go."""
