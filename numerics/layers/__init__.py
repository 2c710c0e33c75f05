"""Products over layers with a weight of its own for each: dynamic programming."""
