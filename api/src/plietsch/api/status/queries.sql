-- name: written
-- When something was last written by ingest, and when the newest written observation was measured.
SELECT (SELECT written_at FROM write_ledger WHERE cause = 'ingest' ORDER BY id DESC LIMIT 1),
       (SELECT last_time FROM write_ledger ORDER BY id DESC LIMIT 1)

-- name: unjudged
-- Whether the judge ever read the ledger, and since when the oldest of others' entries waits that it has not read.
SELECT r.name IS NOT NULL, waiting.written_at
FROM (VALUES (%(reader)s::text)) AS asked (name) LEFT JOIN ledger_reader r USING (name)
LEFT JOIN LATERAL (
    SELECT w.written_at FROM write_ledger w
    WHERE w.cause <> 'judge' AND w.transaction_id >= r.transaction_id AND (w.transaction_id > r.transaction_id OR w.id > r.id)
    ORDER BY w.transaction_id, w.id LIMIT 1
) AS waiting ON true
