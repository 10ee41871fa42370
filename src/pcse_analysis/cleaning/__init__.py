"""From files as received to tidy frames."""
