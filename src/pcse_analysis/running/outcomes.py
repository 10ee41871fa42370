"""How a run can end, and the exit code of each."""

from __future__ import annotations

EXIT_MISTAKE, EXIT_ERROR, EXIT_TIMEOUT, EXIT_DEAD, EXIT_GATE = 2, 4, 5, 6, 7


class RunError(Exception):
    """A notebook did not finish, or its page was refused. ``exit_code`` says which."""

    def __init__(self, exit_code: int, message: str) -> None:
        """Keep the exit code beside the message."""
        self.exit_code = exit_code
        super().__init__(message)

    def __reduce__(self) -> tuple[type[RunError], tuple[int, str]]:
        """How it is sent from one process to another."""
        return type(self), (self.exit_code, str(self))
