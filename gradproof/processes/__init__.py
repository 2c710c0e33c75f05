"""Child processes, so that no input can hang the caller or exhaust its memory."""
