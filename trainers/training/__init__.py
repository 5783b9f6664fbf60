"""The training of a recipe into a run directory, from data to result."""
