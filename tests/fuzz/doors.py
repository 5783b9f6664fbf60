"""All doors. A new one is a file beside this one, and a line here."""

from tests.fuzz import archives
from tests.fuzz import arrays
from tests.fuzz import images
from tests.fuzz import rows
from tests.fuzz import sounds
from tests.fuzz import texts

DOORS = {
    door.name: door
    for door in (
        arrays.Arrays(),
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
    )
}
