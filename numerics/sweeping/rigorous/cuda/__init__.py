"""The rigorous sweep on a GPU: the text of `elementary` and `steps` as CUDA C, and the kernel that runs the orbits."""
