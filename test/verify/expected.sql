-- What the flights pipeline must say, computed from the parquet file alone. Knows the settings of pipelines/flights.ts
-- and the two time rules of windows, and nothing of how the engine keeps state, cuts batches or stores anything.
--
-- Variables: file; records, how many are published; shard_starts, the first hash of each shard as 32 hex digits;
-- partition_of, the partition of each key where a topic is read instead of a stream.

-- A flight is published when its delay is known; of one moment, in the order of the file.
CREATE TABLE published AS
SELECT *, row_number() OVER (ORDER BY published_ms, row) AS position
FROM (
  SELECT file_row_number AS row, epoch_ms(date) AS event_ms, delay, distance, origin,
    epoch_ms(date) + greatest(delay, 0) * 60000 AS published_ms
  FROM read_parquet(getvariable('file'), file_row_number = true)
  ORDER BY published_ms, row
  LIMIT getvariable('records')
);

-- Each record as its shard sees it: a shard takes the keys from its first hash on, and its watermark is one hour behind
-- the newest departure that it has seen before this one.
CREATE TABLE seen AS
SELECT *, max(event_ms) OVER (
    PARTITION BY shard ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) - 3600000 AS watermark_ms
FROM (
  SELECT *, origin AS key, event_ms - event_ms % 3600000 AS windowStartMs, windowStartMs + 3600000 AS windowEndMs,
    coalesce(getvariable('partition_of')[origin], len(list_filter(getvariable('shard_starts'), lambda first_hash: first_hash <= md5(origin))) - 1) AS shard
  FROM published
);

CREATE TABLE watermarks AS
SELECT shard, max(event_ms) - 3600000 AS final_ms FROM seen GROUP BY shard;

-- Late: the window had closed, three hours of allowed lateness after its end.
CREATE TABLE late AS
SELECT * FROM seen WHERE coalesce(windowEndMs + 10800000 <= watermark_ms, false);

-- In time: before the window fired, or a correction of what had fired already.
CREATE TABLE counted AS
SELECT *, coalesce(windowEndMs <= watermark_ms, false) AS corrects FROM seen ANTI JOIN late USING (row);

-- One row per airport and hour. The records before it fired make one firing together, each correction one more.
CREATE TABLE windows AS
SELECT key, windowStartMs, windowEndMs, windowEndMs <= final_ms AS fired, windowEndMs + 10800000 > final_ms AS open,
  least(count_if(NOT corrects), 1) + count_if(corrects) AS revision,
  count(*) AS departures, count_if(delay >= 15) AS delayed, sum(delay)::DOUBLE / count(*)::DOUBLE AS meanDelayMin,
  min(delay) AS minDelayMin, max(delay) AS maxDelayMin, sum(distance)::BIGINT AS totalDistanceMiles
FROM counted JOIN watermarks USING (shard)
GROUP BY ALL;

-- Every single firing: the running aggregates at the last record before it fired, and at each correction.
CREATE TABLE firings AS
SELECT key, windowStartMs, windowEndMs, row_number() OVER (PARTITION BY key, windowStartMs ORDER BY position) AS revision,
  n AS departures, late_starts AS delayed, delays::DOUBLE / n::DOUBLE AS meanDelayMin,
  shortest AS minDelayMin, longest AS maxDelayMin, miles::BIGINT AS totalDistanceMiles
FROM (
  SELECT *, count(*) OVER running AS n, count_if(delay >= 15) OVER running AS late_starts, sum(delay) OVER running AS delays,
    min(delay) OVER running AS shortest, max(delay) OVER running AS longest, sum(distance) OVER running AS miles,
    coalesce(lead(corrects) OVER (PARTITION BY key, windowStartMs ORDER BY position), true) AS next_corrects
  FROM counted
  WINDOW running AS (PARTITION BY key, windowStartMs ORDER BY position ROWS UNBOUNDED PRECEDING)
) JOIN watermarks USING (shard)
WHERE windowEndMs <= final_ms AND (corrects OR next_corrects);
