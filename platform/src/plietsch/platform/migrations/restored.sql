-- After a restore into another server, which counts its transactions from the beginning: the ledger's old entries move
-- before everything that this server will write, or their readers would wait for numbers that are years away. A row
-- that is visible and yet numbered above all that has begun can only be another server's. Runs after every migration.
UPDATE write_ledger SET transaction_id = '0'
WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot());
-- Up to where the ledger was deleted there is now before all of it.
UPDATE ledger_reader SET transaction_id = '0'
WHERE name = 'deleted up to here' AND transaction_id >= pg_snapshot_xmax(pg_current_snapshot());
