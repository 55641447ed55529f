"""From an image file to RGB in [0, 1]: formats, orientation, sizes, field of view."""
