"""The medium of examples, in whatever form they were kept."""

from typing import Any

from ..media import kind_of


def medium(info: Any) -> str:
    """Returns the name of a `Medium`, or "real vectors".

    Args:
        info: The `DatasetInfo` of a user's data.
    """
    kind = kind_of(
        info.event_shape,
        vocabulary=info.vocabulary,
        rate=info.rate,
        table=info.table,
    )
    is_real = info.num_levels is None and kind.name == "vectors"
    return f"real {kind.name}" if is_real else kind.name
