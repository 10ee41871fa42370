"""Estimates and changes, checked against hand counts, published examples and independent tools."""
