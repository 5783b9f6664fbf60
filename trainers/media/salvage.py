"""What can be read of an archive that is damaged."""

from collections.abc import Iterable
from collections.abc import Iterator

from tf_autoregressive.compression.errors import CodecError


class BeforeDamage:
    """The blocks of an archive up to the first one that cannot be decoded.

    Each block that is handed out has passed its checksum.

    Args:
        blocks: An iterator over blocks, which raises a `CodecError` at damage.

    Attributes:
        error: The error that ended the blocks, `None` if all were whole.

    Raises:
        CodecError: When iterated, if no block comes before the damage.
    """

    def __init__(self, blocks: Iterable[list]) -> None:
        self._blocks = blocks
        self.error: CodecError | None = None

    def __iter__(self) -> Iterator[list]:
        is_first = True
        try:
            for block in self._blocks:
                yield block
                is_first = False
        except CodecError as error:
            if is_first:
                raise
            self.error = error
