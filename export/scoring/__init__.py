"""Scores of the rows of files, in a table that a stopped run goes on with."""
