"""One question a file: what a model makes of images, as plain numbers."""
