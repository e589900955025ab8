import pandas as pd

dust = pd.read_parquet(
    "https://plietsch.example/api/v1/observations.parquet"
    "?station=flensburg-suedermarkt"
    "&property=pm2_5&resolution=1h&last=7d"
)
print(dust.set_index("time")["mean"].describe())
