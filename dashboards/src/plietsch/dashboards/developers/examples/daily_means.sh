# A day begins at midnight in Flensburg, in summer as in winter
curl --output days.csv 'https://plietsch.example/api/v1/observations.csv?station=flensburg-suedermarkt&property=pm2_5&resolution=1d&tz=Europe/Berlin&last=30d'
