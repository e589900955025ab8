"""Make the typeface of pictures: two weights of the site's own, in the form that matplotlib reads.

    pip install fonttools brotli
    python dashboards/tools/make_fonts.py \
        node_modules/@fontsource-variable/atkinson-hyperlegible-next \
        dashboards/src/plietsch/dashboards/picture/fonts

What this writes is committed: to make an instance of a variable font takes a second or two, and only a new version of
the typeface needs it again.
"""

import argparse
import shutil
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SOURCE = "files/atkinson-hyperlegible-next-latin-wght-normal.woff2"
WEIGHTS = {"Regular": 400, "Bold": 700}


def make(source: Path, target: Path) -> None:
    """Write each weight, and the licence beside them."""
    for name, weight in WEIGHTS.items():
        font = instancer.instantiateVariableFont(TTFont(source / SOURCE), {"wght": weight})
        # The weight tells them apart, not the name.
        font["OS/2"].usWeightClass = weight
        font["name"].setName(name, 2, 3, 1, 0x409)
        font.flavor = None
        # The same bytes whenever it is made.
        font.recalcTimestamp = False
        font.save(target / f"AtkinsonHyperlegibleNext-{name}.ttf")
    shutil.copyfile(source / "LICENSE", target / "OFL.txt")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    make(**vars(parser.parse_args()))
