import pandas as pd

night = pd.read_parquet(
    "https://plietsch.example/api/v1/observations.parquet"
    "?property=pm2_5&resolution=1h"
    "&from=2025-12-31T18:00:00%2B01:00"
    "&to=2026-01-01T06:00:00%2B01:00"
)
if night.empty:
    print("Nothing was measured that night")
else:
    by_place = night.pivot_table("mean", "time", "station")
    print(by_place.tz_convert("Europe/Berlin").round(1))
    print(by_place.max().sort_values(ascending=False))
