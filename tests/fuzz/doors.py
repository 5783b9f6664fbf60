"""All doors. A new one is a file beside this one, and a line here."""

import importlib.util

from tests.fuzz import answers
from tests.fuzz import archives
from tests.fuzz import arrays
from tests.fuzz import codecs
from tests.fuzz import images
from tests.fuzz import models
from tests.fuzz import rows
from tests.fuzz import runs
from tests.fuzz import scores
from tests.fuzz import sounds
from tests.fuzz import streams
from tests.fuzz import tables
from tests.fuzz import texts
from tests.fuzz import trained_models

_OF_SERVERS = (
    answers.RESTAnswers(),
    answers.GRPCAnswers(),
    answers.ClientArguments(),
    streams.GRPCStreams(),
    streams.RESTStreams(),
)
# The messages of TF-Serving are an extra.
_HAS_MESSAGES = importlib.util.find_spec("tensorflow_serving") is not None
DOORS = {
    door.name: door
    for door in (
        arrays.Arrays(),
        codecs.Compressed(),
        codecs.CompressedStreams(),
        archives.Archives(),
        archives.Digits(),
        archives.Music(),
        archives.Folds(),
        images.Images(),
        images.ImageFolders(),
        sounds.Sounds(),
        rows.Rows(),
        rows.Records(),
        tables.Tables(),
        texts.Texts(),
        texts.Arguments(),
        scores.Directories(),
        scores.Arguments(),
        models.Models(),
        trained_models.TrainedModels(),
        runs.Checkpoints(),
        runs.RunFiles(),
        runs.Commands(),
        *(_OF_SERVERS if _HAS_MESSAGES else ()),
    )
}
# The names of doors that cannot be tried here.
MISSING = [door.name for door in _OF_SERVERS if not _HAS_MESSAGES]
