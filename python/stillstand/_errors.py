"""What is raised for logs and campaigns that cannot be used."""

from __future__ import annotations


class StillstandError(Exception):
    """A log, a campaign or an output that cannot be used.

    The message says what is there, what was expected and where, as far as that is known.
    """

    message: str
    """What is wrong."""
    file: str | None
    """The file as it was named."""
    line: int | None
    """The line, from 1."""
    text: str | None
    """What stands there, shortened."""

    def __init__(
        self, message: str, file: str | None = None, line: int | None = None, text: str | None = None
    ) -> None:
        super().__init__(message, file, line, text)
        self.message, self.file, self.line, self.text = message, file, line, text

    def __str__(self) -> str:
        return f"{self.file}: {self.message}" if self.file else self.message
