"""What the page can ask for, one module each.

A module has a pydantic class `Asked`, `offered(shown)`, which says whether the
model can do it, and `run(shown, asked)`, a generator of messages for the page.
Its name is that of the request. A generator that is not asked for its next
message has been stopped, and a person who waits gets a turn between messages.
TensorFlow is imported when this package is.
"""

from ..shown import Shown
from . import anomaly
from . import bits
from . import complete
from . import compress
from . import dependencies
from . import draw
from . import example
from . import fill
from . import music
from . import picture
from . import read
from . import row
from . import sample
from . import sound
from . import write

_MODULES = (
    picture,
    sample,
    draw,
    complete,
    row,
    fill,
    bits,
    dependencies,
    example,
    write,
    read,
    music,
    sound,
    anomaly,
    compress,
)
ACTIONS = {module.__name__.rpartition(".")[2]: module for module in _MODULES}


def offered(shown: Shown) -> list[str]:
    """Returns the names of what a model can do."""
    return [name for name, module in ACTIONS.items() if module.offered(shown)]
