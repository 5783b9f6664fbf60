"""A page in the browser that shows models at work, for `tfar demo`.

The page keeps what a person chose and made; the server keeps models and
nothing of a person, so two people cannot disturb each other.
"""
