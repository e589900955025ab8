import json
import sqlite3
from urllib.parse import urljoin
from urllib.request import urlopen

copy = sqlite3.connect("copy.sqlite")
copy.executescript("""
    CREATE TABLE IF NOT EXISTS observation (
        datastream, time, station, property, method, value, quality,
        PRIMARY KEY (datastream, time));
    CREATE TABLE IF NOT EXISTS place (next);
""")
KEEP = """
    INSERT OR REPLACE INTO observation VALUES (:datastream, :time,
        :station, :property, :method, :value, :quality)
"""
DROP = """
    DELETE FROM observation WHERE datastream = :datastream
    AND (time = :time OR (:time IS NULL
        AND time >= coalesce(:from, '') AND time < coalesce(:until, '~')))
"""
known = copy.execute("SELECT next FROM place").fetchone()
url = "https://plietsch.example/api/v1/changes?since=beginning&limit=10000"
url, more = (known[0] if known else url), True

while more:
    with urlopen(url) as answer:
        page = json.load(answer)
    url, more = urljoin(url, page["next"]), page["more"]
    with copy:  # what changed and the place behind it, or neither
        for change in page["changes"]:
            copy.execute(DROP if change["deleted"] else KEEP, change)
        copy.execute("DELETE FROM place")
        copy.execute("INSERT INTO place VALUES (?)", (url,))
