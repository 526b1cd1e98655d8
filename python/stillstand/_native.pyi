from collections.abc import Callable, Sequence
from typing import Any

VERSION: str

def main(arguments: Sequence[str], /) -> int: ...
def formats() -> list[dict[str, str]]: ...
def read(source: str | bytes, /) -> list[dict[str, Any]]: ...
def analyse(
    folders: Sequence[str],
    align: Sequence[str],
    rows: Sequence[str],
    columns: Sequence[str],
    where: dict[str, list[str]],
    memory: str | None,
    jobs: int | None,
    /,
) -> dict[str, Callable[..., Any]]: ...
