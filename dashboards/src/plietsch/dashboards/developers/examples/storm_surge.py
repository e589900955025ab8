import json
from urllib.request import urlopen

import pandas as pd

api = "https://plietsch.example/api/v1"
with urlopen(f"{api}/gauges/flensburg-pegel") as answer:
    levels = json.load(answer)["levels"]
surge = float(min(level["level_cm"] for level in levels))

series = "station=flensburg-pegel&property=water_level"
hours = pd.read_parquet(
    f"{api}/observations.parquet?{series}&resolution=1h&last=12mo"
).set_index("time")
high = hours.query(f"max >= {surge}")
if high.empty:
    print("No storm surge in the last twelve months")
else:
    peak = high.index[-1]
    around = pd.Timedelta("1D")
    print(hours.loc[peak - around : peak + around, "max"])
    for level in levels:
        print(level["level_cm"], level["name"]["de"])
