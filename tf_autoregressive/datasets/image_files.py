"""A list of the image files in a folder."""

import pathlib

from tf_autoregressive.datasets.folder_files import folder_files

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


def image_files(folder: str | pathlib.Path) -> list[pathlib.Path]:
    """Returns the paths of the images in a folder and below it, sorted."""
    return folder_files(folder, SUFFIXES)
