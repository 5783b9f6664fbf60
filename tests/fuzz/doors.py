"""All doors. A new one is a file beside this one, and a line here."""

import importlib.util

from tests.fuzz import answers
from tests.fuzz import archives
from tests.fuzz import arrays
from tests.fuzz import codecs
from tests.fuzz import images
from tests.fuzz import rows
from tests.fuzz import runs
from tests.fuzz import scores
from tests.fuzz import sounds
from tests.fuzz import texts

# The messages of TF-Serving are an extra.
_OF_SERVERS = (
    (answers.RESTAnswers(), answers.GRPCAnswers(), answers.ClientArguments())
    if importlib.util.find_spec("tensorflow_serving")
    else ()
)
DOORS = {
    door.name: door
    for door in (
        arrays.Arrays(),
        codecs.Compressed(),
        archives.Archives(),
        archives.Digits(),
        archives.Music(),
        images.Images(),
        images.ImageFolders(),
        sounds.Sounds(),
        rows.Rows(),
        rows.Records(),
        texts.Texts(),
        texts.Arguments(),
        scores.Directories(),
        scores.Arguments(),
        runs.Checkpoints(),
        runs.RunFiles(),
        runs.Commands(),
        *_OF_SERVERS,
    )
}
