"""`plietsch annotation add | list | remove`."""

import json

import psycopg
import pytest
from typer.testing import CliRunner, Result

from plietsch.platform import errors
from plietsch.platform.commands import annotation


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(annotation.app, [*arguments, "--database-url", url])


def test_what_is_added_is_listed_until_it_is_removed(database_url: str):
    span = ("--from", "2026-04-04T18:00+02:00", "--to", "2026-04-05T02:00+02:00")
    texts = ("--de", "Osterfeuer", "--da", "Påskebål", "--en", "Easter bonfires")
    added = run(database_url, "add", "--kind", "bonfire", "--property", "pm2_5", *span, *texts, "--source", "The town")
    assert added.exit_code == 0, added.output
    assert "everywhere, since 2026-04-04 16:00:00 UTC until 2026-04-05 00:00:00 UTC" in added.output
    listed = json.loads(run(database_url, "list", "--json").output)["annotations"]
    (one,) = listed
    assert (one["kind"], one["property"], one["source"]) == ("bonfire", "pm2_5", "The town")
    assert one["text"] == {"de": "Osterfeuer", "da": "Påskebål", "en": "Easter bonfires"}
    assert "Påskebål" in run(database_url, "list").output
    assert "No longer said: everywhere" in run(database_url, "remove", str(one["id"])).output
    assert "No annotation was entered." in run(database_url, "list").output
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM annotation").fetchone() == (0,)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("remove", "7"), errors.AnnotationUnknown),
        (("add", "--kind", "note"), errors.AnnotationInvalid),
        (("add", "--kind", "note", "--de", "x", "--station", "nowhere"), errors.StationUnknown),
        (("add", "--kind", "note", "--de", "x", "--from", "2026-04-04T18:00"), SystemExit),
    ],
)
def test_what_cannot_be_is_refused(module_url: str, arguments: tuple[str, ...], error: type[BaseException]):
    result = run(module_url, *arguments)
    assert isinstance(result.exception, error), result.output
    assert result.exit_code != 0
