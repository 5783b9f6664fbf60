"""The site: its pages, and what builds it (`python -m docs.build`)."""
