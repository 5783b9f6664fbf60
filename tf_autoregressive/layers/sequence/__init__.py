"""Layers of sequences, and the two ways to run a stack of them."""
