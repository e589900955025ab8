"""The codec that an operator finds in docs is the one that is made of the tables of today."""

from pathlib import Path

from plietsch.ingest.codec import javascript

DOCS = Path(__file__).parents[2] / "docs"


def test_the_codec_in_docs_is_the_newest():
    written = (DOCS / "chirpstack-codec.js").read_text(encoding="utf-8")
    assert written == javascript.source(), "plietsch ingest codec --output docs/chirpstack-codec.js"


def test_its_page_leads_to_it():
    assert "](chirpstack-codec.js)" in (DOCS / "chirpstack.md").read_text(encoding="utf-8")
