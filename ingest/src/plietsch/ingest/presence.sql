-- name: be_present
-- Say that a worker is at work until the connection ends; false while somebody takes its session over.
SELECT pg_try_advisory_lock_shared(%s);

-- name: be_alone
-- Take a worker's place until the connection ends; false while it is at work.
SELECT pg_try_advisory_lock(%s);
