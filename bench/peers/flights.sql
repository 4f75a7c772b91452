-- What pipelines/flights.ts does, as one query of DuckDB over the lines of a file: the same watermark, record by record.
--
-- Variable: lines, the file.
CREATE OR REPLACE TEMP TABLE windows AS
WITH departures AS (
  SELECT row_number() OVER () AS position, origin AS key, epoch_ms("date") AS event_ms, delay, distance
  FROM read_json(getvariable('lines'), format = 'newline_delimited', columns = {
    "date": 'TIMESTAMP', delay: 'INTEGER', distance: 'INTEGER', origin: 'VARCHAR', destination: 'VARCHAR'
  })
), seen AS (
  SELECT *, event_ms - event_ms % 3600000 AS windowStartMs, windowStartMs + 3600000 AS windowEndMs,
    coalesce(
      max(event_ms) OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -8640000000000000
    ) - 3600000 AS watermark_ms
  FROM departures
), firings AS (
  SELECT *, windowEndMs <= watermark_ms AS corrects FROM seen WHERE windowEndMs + 10800000 > watermark_ms
)
SELECT key, windowStartMs, windowEndMs, least(count_if(NOT corrects), 1) + count_if(corrects) AS revision,
  count(*) AS departures, count_if(delay >= 15) AS delayed, sum(delay)::DOUBLE / count(*)::DOUBLE AS meanDelayMin,
  min(delay) AS minDelayMin, max(delay) AS maxDelayMin, sum(distance)::BIGINT AS totalDistanceMiles
FROM firings
GROUP BY ALL
HAVING windowEndMs <= (SELECT max(event_ms) - 3600000 FROM departures);
