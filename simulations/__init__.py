"""Simulated surveys of 7,500 practices: whether the package's intervals, tests and verdicts keep what they promise.

``make simulate`` runs all of it and writes docs/simulation.md; ``python -m simulations --quick`` runs a short form and
prints it. Nothing in the package imports this.
"""
