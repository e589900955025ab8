-- name: present_codes
-- Of some codes those that stations had before, each with the station's present one; of stations that are or were public.
SELECT f.code, s.code
FROM former_code f JOIN station s ON s.id = f.station_id
WHERE f.code = ANY(%(codes)s)
  AND EXISTS (SELECT FROM deployment d WHERE d.station_id = s.id AND d.phase = 'installed')
