"""Runs notebooks, exports pages and puts an edition in its place."""
