-- name: shown_token
-- What is known of a token that somebody shows, by its hash.
SELECT id, scopes, expires_at, revoked_at FROM shown_token(%(shown)s)
