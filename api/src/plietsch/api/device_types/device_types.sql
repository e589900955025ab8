-- name: device_types
-- Every device type that is known, as its file describes it.
SELECT code, definition, built_in FROM device_type WHERE definition IS NOT NULL ORDER BY code
