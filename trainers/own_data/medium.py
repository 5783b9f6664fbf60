"""The medium of examples, in whatever form they were kept."""


def medium(info) -> str:
    """Returns "text", "sound", "music", "images", "vectors" or "real vectors".

    Args:
        info: The `DatasetInfo` of a user's data.
    """
    if info.vocabulary is not None:
        return "text"
    if info.rate is not None:
        return "sound"
    if len(info.event_shape) == 2:
        return "music"
    if len(info.event_shape) == 3:
        return "images"
    return "vectors" if info.num_levels else "real vectors"
