# All stations with their newest values
curl 'https://plietsch.example/api/v1/stations'

# Fine dust of the last week by hour, as a table
curl --output dust.csv 'https://plietsch.example/api/v1/observations.csv?station=flensburg-suedermarkt&property=pm2_5&resolution=1h&last=7d'
