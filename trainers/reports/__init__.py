"""Tables, summaries and comparisons of finished and unfinished runs."""
