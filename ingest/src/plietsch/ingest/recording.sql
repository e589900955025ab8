-- name: devices_of
-- The device of a DevEUI, or those that stand at a station, by its code; where none does by now, those that stood there
-- last.
SELECT found.dev_eui
FROM (
    SELECT d.dev_eui, rank() OVER (ORDER BY max(coalesce(upper(p.during), 'infinity')) DESC) AS place
    FROM device d
    LEFT JOIN deployment p ON p.device_id = d.id AND p.phase <> 'removed'
    LEFT JOIN station s ON s.id = p.station_id
    WHERE d.dev_eui = %(dev_eui)s OR s.code = %(station)s
    GROUP BY d.dev_eui
) found
WHERE found.place = 1
ORDER BY found.dev_eui
