"""docs/quality.md says what the code does: every test, every limit of our own nodes, and a plot of each phenomenon."""

import pytest

from plietsch.ingest import quality
from plietsch.ingest.qartod.testing import NAMES
from support.quality_manual import DRAW, MANUAL, ROOT, tool

WORDS = MANUAL.read_text(encoding="utf-8")
LARGEST_PICTURE_BYTES = 150_000


def test_the_manual_has_the_limits_of_our_own_nodes():
    assert tool().written(WORDS, {"limits": tool().limits()}) == WORDS, f"the limits are out of date: {DRAW}"
    assert tool().written(WORDS, {"limits": "others"}) != WORDS


@pytest.mark.parametrize("name", NAMES)
def test_the_manual_explains_every_test(name: str):
    assert f"### {name.replace('_', ' ').capitalize().replace('Multi variate', 'Multi-variate')}\n" in WORDS


@pytest.mark.parametrize("flag", quality.Quality)
def test_the_manual_explains_every_flag(flag: quality.Quality):
    assert f"| {flag.value} | {flag.name.lower().replace('_', ' ')} |" in WORDS


@pytest.mark.parametrize("name", tool().PLOTS)
def test_the_manual_shows_every_phenomenon(name: str):
    assert f"](images/quality-{name}.svg)" in WORDS
    assert 1_000 < (ROOT / f"docs/images/quality-{name}.svg").stat().st_size < LARGEST_PICTURE_BYTES
