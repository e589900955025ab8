-- name: rename
-- Another code for a station; a trigger keeps the one that it had.
UPDATE station SET code = %(new)s WHERE code = %(old)s

-- name: present
-- What the station is called now that had a code before.
SELECT s.code FROM former_code f JOIN station s ON s.id = f.station_id WHERE f.code = %(former)s
