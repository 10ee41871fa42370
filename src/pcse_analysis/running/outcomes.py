"""How a run can end other than well, and the exit code of each."""

from __future__ import annotations

EXIT_ERROR, EXIT_TIMEOUT, EXIT_DEAD, EXIT_GATE = 4, 5, 6, 7


class RunError(Exception):
    """A notebook did not finish, or its page was refused. ``exit_code`` says which."""

    def __init__(self, exit_code: int, message: str) -> None:
        """Keep the exit code beside the message."""
        self.exit_code = exit_code
        super().__init__(message)
