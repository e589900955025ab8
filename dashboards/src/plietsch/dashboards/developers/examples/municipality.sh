# By the key of the municipality (AGS): 01001000 is Flensburg
curl 'https://plietsch.example/api/v1/stations.csv?municipality_key=01001000'
