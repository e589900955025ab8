"""`/developers`: the open data for who writes programs. What it says of the API is read off the API where it can be."""
