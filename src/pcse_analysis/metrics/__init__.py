"""Estimates, changes and what they rest on."""
