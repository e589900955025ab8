from urllib.request import urlretrieve

import duckdb

urlretrieve(
    "https://plietsch.example/api/v1/observations.parquet"
    "?property=pm2_5&resolution=1d&last=30d",
    "dust.parquet",
)
worst_first = duckdb.sql("""
    SELECT station, avg(mean) AS pm2_5
    FROM 'dust.parquet'
    GROUP BY station ORDER BY pm2_5 DESC
""")
print(worst_first)
