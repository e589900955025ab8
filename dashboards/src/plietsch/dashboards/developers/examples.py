"""The examples of the developers' page: files that run as they are, shown with this site's address and stations.

Each stands in one place, `examples/`, where the tests run it. In the files the site is `https://plietsch.example`.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

BASE = "https://plietsch.example"
DUST = "flensburg-suedermarkt"
LEVEL = "flensburg-pegel"
MUNICIPALITY = "01001000"


@dataclass(frozen=True)
class Here:
    """What an example is about on this site: its address, a station of fine dust, one of water levels, a municipality.

    What the region has not got stays as it stands in the file.
    """

    base: str = BASE
    dust: str = DUST
    level: str = LEVEL
    municipality: str = MUNICIPALITY

    def fill(self, text: str) -> str:
        """A text with this site's address and stations."""
        filled = text.replace(DUST, self.dust).replace(LEVEL, self.level)
        return filled.replace(f"={MUNICIPALITY}", f"={self.municipality}").replace(BASE, self.base)


@cache
def read(file: str) -> str:
    """An example as it stands in its file."""
    return (resources.files("plietsch.dashboards.developers") / "examples" / file).read_text(encoding="utf-8").strip()
