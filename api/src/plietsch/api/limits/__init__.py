"""How often one may ask, said before it is too often (draft-ietf-httpapi-ratelimit-headers-10), how many may stay."""
