-- What the earthquakes pipeline must say, computed from the USGS' file alone. Knows the settings of
-- pipelines/earthquakes.ts and the two time rules of windows, and nothing of slices, batches or state.
--
-- Variables: file; records, how many come; shard_starts, the first hash of each shard as 32 hex digits.

-- A report comes when it was last worked on; of one moment, in the order of the file.
CREATE TABLE arrived AS
SELECT *, row_number() OVER (ORDER BY updated, line) AS position,
  len(list_filter(getvariable('shard_starts'), lambda first_hash: first_hash <= md5(network))) - 1 AS shard
FROM (
  SELECT f.id AS id, f.properties.net AS network, f.properties.time AS time_ms, f.properties.type AS type, f.properties.mag AS magnitude,
    f.geometry.coordinates[3] AS depth_km, f.properties.place AS place, f.properties.updated AS updated, line
  FROM (SELECT unnest(features) AS f, generate_subscripts(features, 1) AS line FROM read_json(getvariable('file'), maximum_object_size = 100000000))
  ORDER BY updated, line
  LIMIT getvariable('records')
);

-- A shard's watermark is twelve hours behind the newest quake, or explosion, that it has seen before this one.
CREATE TABLE seen AS
SELECT *, max(time_ms) OVER (PARTITION BY shard ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - 43200000 AS watermark_ms
FROM arrived;

CREATE TABLE watermarks AS
SELECT shard, max(time_ms) - 43200000 AS final_ms FROM seen GROUP BY shard;

-- Late: even the last window that holds it, the one that begins with its hour, has closed.
CREATE TABLE late AS
SELECT * FROM seen
WHERE type = 'earthquake' AND coalesce(time_ms - time_ms % 3600000 + 86400000 + 172800000 <= watermark_ms, false);

-- Each quake in each of its 24 windows that still takes it.
CREATE TABLE counted AS
SELECT *, windowStartMs + 86400000 AS windowEndMs, coalesce(windowEndMs <= watermark_ms, false) AS corrects
FROM (SELECT *, unnest(generate_series(time_ms - time_ms % 3600000 - 23 * 3600000, time_ms, 3600000)) AS windowStartMs FROM seen WHERE type = 'earthquake')
WHERE coalesce(windowStartMs + 86400000 + 172800000 > watermark_ms, true);

-- Every single firing: what the window held at its last quake before it fired, and at each correction.
CREATE TABLE firings AS
SELECT network AS key, windowStartMs, windowEndMs, position, quakes, felt, deepestKm, strongest[:3] AS strongest
FROM (
  SELECT *, count(*) OVER running AS quakes, count_if(magnitude >= 2.5) OVER running AS felt, max(depth_km) OVER running AS deepestKm,
    list_sort(list({rank: -magnitude, time_ms: time_ms, position: position, magnitude: magnitude, place: place}) OVER running) AS strongest,
    coalesce(lead(corrects) OVER (PARTITION BY network, windowStartMs ORDER BY position), true) AS next_corrects
  FROM counted
  WINDOW running AS (PARTITION BY network, windowStartMs ORDER BY position ROWS UNBOUNDED PRECEDING)
) JOIN watermarks USING (shard)
WHERE windowEndMs <= final_ms AND (corrects OR next_corrects);

CREATE TABLE results AS
SELECT * FROM firings QUALIFY position = max(position) OVER (PARTITION BY key, windowStartMs);
