-- name: create_token
-- Keep a token's hash.
INSERT INTO api_token (name, hash, scopes, expires_at) VALUES (%(name)s, %(hash)s, %(scopes)s, %(expires_at)s)
RETURNING id, name, scopes, created_at, expires_at, revoked_at

-- name: tokens
-- All tokens, the newest last.
SELECT id, name, scopes, created_at, expires_at, revoked_at FROM api_token ORDER BY id

-- name: revoke_token
-- Revoke a token; one that was revoked before keeps that time.
UPDATE api_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = %(id)s
RETURNING id, name, scopes, created_at, expires_at, revoked_at
