-- What a pipeline must say that groups flights by another key than their stream is partitioned by, computed from the parquet
-- file alone. Knows the settings of the pipeline, the two time rules of windows, and that a row is late by the watermark of its
-- own shard (PL-44); nothing of entries, positions, batches or state.
--
-- Variables: file; records, how many each source publishes; shard_starts and receiver_starts, the first hash of each shard and of
-- each receiver as 32 hex digits; size_ms and lateness_ms of the windows. Macros: source_of(distance), the source that a flight
-- comes from, bound_of(source), how far out of order that may be [ms], partition_key(source, place, origin), with the place in the
-- input of its source from 0 on, and key_of(origin, destination).

-- A flight is published when its delay is known; of one moment, in the order of the file.
CREATE TABLE published AS
SELECT *, row_number() OVER (PARTITION BY source ORDER BY published_ms, row) AS position
FROM (
  SELECT file_row_number AS row, epoch_ms(date) AS event_ms, delay, distance, origin, destination,
    epoch_ms(date) + greatest(delay, 0) * 60000 AS published_ms, source_of(distance) AS source
  FROM read_parquet(getvariable('file'), file_row_number = true)
)
QUALIFY position <= getvariable('records');

-- Each record as its shard sees it: a shard of its source takes the partition keys from its first hash on, and its watermark is the
-- bound of that source behind the newest departure that it has seen before this one.
CREATE TABLE seen AS
SELECT *, max(event_ms) OVER (
    PARTITION BY source, shard ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) - bound_of(source) AS watermark_ms
FROM (
  SELECT *, key_of(origin, destination) AS key, event_ms - event_ms % getvariable('size_ms') AS windowStartMs,
    windowStartMs + getvariable('size_ms') AS windowEndMs,
    md5(partition_key(source, position - 1, origin)) AS shard_hash, md5(key) AS key_hash,
    len(list_filter(getvariable('shard_starts'), lambda first_hash: first_hash <= shard_hash)) - 1 AS shard,
    len(list_filter(getvariable('receiver_starts'), lambda first_hash: first_hash <= key_hash)) - 1 AS receiver
  FROM published
);

-- Windows fire by the time of the slowest shard of all sources.
CREATE TABLE final AS
SELECT min(final_ms) AS final_ms FROM (SELECT max(event_ms) - bound_of(source) AS final_ms FROM seen GROUP BY source, shard);

-- Late: by the time of its own shard the window had closed, the allowed lateness after its end.
CREATE TABLE late AS
SELECT * FROM seen WHERE coalesce(windowEndMs + getvariable('lateness_ms') <= watermark_ms, false);

-- One row per key and window, of the records in time.
CREATE TABLE windows AS
SELECT key, windowStartMs, windowEndMs, windowEndMs <= final_ms AS fired,
  windowEndMs + getvariable('lateness_ms') > final_ms AS open,
  any_value(origin) AS origin, any_value(destination) AS destination,
  count(*) AS departures, count_if(delay >= 15) AS delayed, sum(delay)::DOUBLE / count(*)::DOUBLE AS meanDelayMin,
  max(delay) AS maxDelayMin, sum(distance)::BIGINT AS totalDistanceMiles
FROM seen ANTI JOIN late USING (row), final
GROUP BY ALL;

-- Those whose last result stands.
CREATE VIEW final_windows AS SELECT * FROM windows WHERE NOT open;

-- What came to each window that may have been corrected, by shard and in order. Of that, at least what had come while the shard's own
-- time was before the end of the window is in its first firing.
CREATE VIEW came AS
SELECT key, windowStartMs, to_json(list(delay ORDER BY position))::VARCHAR AS delays,
  to_json(list(distance ORDER BY position))::VARCHAR AS distances, count_if(in_time) AS atLeast
FROM (
  SELECT *, coalesce(windowEndMs > watermark_ms, true) AS in_time,
    bool_and(in_time) OVER (PARTITION BY key, windowStartMs) AS fires_once
  FROM seen ANTI JOIN late USING (row)
)
WHERE NOT fires_once
GROUP BY key, windowStartMs, source, shard;
