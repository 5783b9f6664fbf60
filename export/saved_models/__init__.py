"""Directories of served models: writing, checking and finding them."""
