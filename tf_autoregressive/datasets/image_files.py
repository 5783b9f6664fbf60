"""Image files: which there are in a folder, and what is in one."""

import pathlib

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
# By number of channels.
MODES = {1: "L", 3: "RGB"}


def image_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Returns the paths of the images in a folder and below it, any order."""
    return [
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in SUFFIXES and file.is_file()
    ]


def load_image(file: pathlib.Path, channels: int):
    """Returns a `PIL.Image`, upright, grey or RGB, and the mode it had.

    Args:
        file: The file.
        channels: 1 for grey, 3 for RGB.

    Raises:
        ValueError: If the file is no readable image, or has more than 8 bits a
            channel.
    """
    import PIL.Image
    import PIL.ImageOps

    try:
        with PIL.Image.open(file) as image:
            mode = image.mode
            loaded = PIL.ImageOps.exif_transpose(image).convert(MODES[channels])
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{file} is not a readable image.") from error
    if mode.startswith(("I", "F")):
        raise ValueError(
            f"{file} must have 8 bits a channel: deeper ones would be clipped "
            f"to 255. Received: an image of mode {mode!r}"
        )
    return loaded, mode
