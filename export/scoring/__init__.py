"""Scores of the rows of files, in a run that can be resumed."""
