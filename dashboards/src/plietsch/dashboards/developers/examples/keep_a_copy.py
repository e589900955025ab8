import json
import sqlite3
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen, urlretrieve

api = "https://plietsch.example/api/v1"
span = "from=1970-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
everything = f"{api}/observations.ndjson?method=all&{span}"
keep = """
    INSERT OR REPLACE INTO observation VALUES (:datastream, :time,
        :station, :property, :method, :value, :quality)
"""
# Times are compared as text, without the Z: "00.5Z" would be before "00Z".
drop = """
    DELETE FROM observation WHERE datastream = :datastream
    AND (time = :time OR (:time IS NULL
        AND rtrim(time, 'Z') >= rtrim(coalesce(:from, ''), 'Z')
        AND rtrim(time, 'Z') < rtrim(coalesce(:until, '~'), 'Z')))
"""
copy = sqlite3.connect("copy.sqlite")
copy.executescript("""
    CREATE TABLE IF NOT EXISTS observation (
        datastream, time, station, property, method, value, quality,
        PRIMARY KEY (datastream, time));
    CREATE TABLE IF NOT EXISTS place (next);
""")


def go_on_from(url: str):
    copy.execute("DELETE FROM place")
    copy.execute("INSERT INTO place VALUES (?)", (url,))


def download():
    # Into a file, for that notices where an answer breaks off.
    file, headers = urlretrieve(everything, "copy.ndjson")
    cursor = headers["Plietsch-Complete-To"]
    with Path(file).open(encoding="utf-8") as rows, copy:
        copy.execute("DELETE FROM observation")
        copy.executemany(keep, map(json.loads, rows))
        go_on_from(f"{api}/changes?limit=10000&cursor={cursor}")


def follow():
    (url,) = copy.execute("SELECT next FROM place").fetchone()
    with urlopen(url) as answer:
        page = json.load(answer)
    with copy:  # what changed and the place behind it, or neither
        for change in page["changes"]:
            copy.execute(drop if change["deleted"] else keep, change)
        go_on_from(page["next"])
    return page["more"]


if not copy.execute("SELECT next FROM place").fetchone():
    download()
more = True
while more:
    try:
        more = follow()
    except HTTPError as error:
        if error.code != 410:
            raise
        download()  # what changed since is no longer known one by one
