"""The subcommands of `tfar`, one module each.

A module has `add_arguments(parser)` and `run(arguments)`, whose docstring's
first line is the help. Its name is the subcommand's. TensorFlow, and what
imports it, is imported where it is used: help, the list of recipes and
mistakes on the command line come at once.
"""

from . import client
from . import compare
from . import complete
from . import compress
from . import decompress
from . import demo
from . import detect
from . import evaluate
from . import export
from . import folds
from . import inspect
from . import models
from . import publish
from . import recipes
from . import results
from . import sample
from . import score
from . import show
from . import train
from . import verify

# The help lists them in this order.
COMMANDS = (
    train,
    evaluate,
    sample,
    complete,
    inspect,
    show,
    demo,
    compare,
    folds,
    recipes,
    models,
    results,
    publish,
    export,
    verify,
    score,
    detect,
    client,
    compress,
    decompress,
)
