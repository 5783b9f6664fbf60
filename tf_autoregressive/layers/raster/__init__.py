"""Layers of images in raster order, and the ways to run a stack of them."""
