"""The catalogue: what was asked, of whom, and what may be compared; read from files and checked."""
