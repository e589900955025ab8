-- name: read
-- A page of the ledger after a position, below the oldest transaction that still runs. In the order of the column: that of
-- its text puts 1000 before 999.
SELECT transaction_id::text, id, written_at, datastream_ids, first_time, last_time, observations, late, repeated,
       cause, revised
FROM write_ledger
WHERE transaction_id >= %(transaction_id)s::text::xid8
  AND (transaction_id > %(transaction_id)s::text::xid8 OR id > %(id)s)
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY write_ledger.transaction_id, id
LIMIT %(most)s

-- name: look
-- Whether something after a position can be read, and whether something committed waits for a transaction that runs.
SELECT EXISTS (
    SELECT FROM write_ledger
    WHERE transaction_id >= %(transaction_id)s::text::xid8
      AND (transaction_id > %(transaction_id)s::text::xid8 OR id > %(id)s)
      AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
), EXISTS (
    SELECT FROM write_ledger WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
)

-- name: present
-- The number that everything to come will reach and nothing that can be read now has.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text

-- name: reached
-- Whether this server has come as far as a position.
SELECT %(transaction_id)s::text::xid8 <= pg_snapshot_xmin(pg_current_snapshot())

-- name: listen
-- Hear of every commit that wrote an entry.
LISTEN plietsch_write

-- name: kept
-- How far a reader has come that goes on where it stopped.
SELECT transaction_id::text, id FROM ledger_reader WHERE name = %(name)s

-- name: keep
-- How far a reader has come now.
INSERT INTO ledger_reader (name, transaction_id, id) VALUES (%(name)s, %(transaction_id)s::text::xid8, %(id)s)
ON CONFLICT (name) DO UPDATE SET transaction_id = EXCLUDED.transaction_id, id = EXCLUDED.id, updated_at = now()
