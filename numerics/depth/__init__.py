"""Claims about chains of every depth, and of a fixed one."""
