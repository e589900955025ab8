"""Writing the files that a simulation was asked for."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from plietsch.firmware import errors


@contextmanager
def into(path: Path) -> Generator[None]:
    """Make the folder of `path` for what writes there; raise FileUnwritable if either cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except FileExistsError as error:
        raise errors.FileUnwritable(f"{path} cannot be written: {path.parent} is no folder") from error
    except OSError as error:
        raise errors.FileUnwritable(f"{path} cannot be written: {error.strerror}") from error
