-- US departures per airport and hour. The input is that of `flights`; what comes more than an hour late goes to the late records.

CREATE TABLE departures (
  `date` TIMESTAMP(3) NOT NULL, -- scheduled departure, local time read as UTC
  delay INT NOT NULL,           -- minutes after schedule; negative when early
  distance INT NOT NULL,        -- miles
  origin STRING NOT NULL,
  destination STRING NOT NULL,
  WATERMARK FOR `date` AS `date` - INTERVAL '60' MINUTE
) WITH (
  'connector' = 'kinesis',
  'stream' = 'departures-to-count',
  'partition-key' = 'origin',
  'format' = 'json'
);

CREATE TABLE busy_airports (
  origin STRING,
  window_start TIMESTAMP(3),
  flights BIGINT,
  delayed BIGINT,
  mean_delay DOUBLE,
  miles BIGINT
) WITH ('connector' = 'result-table');

INSERT INTO busy_airports
SELECT
  origin,
  window_start,
  COUNT(*),
  COUNT(*) FILTER (WHERE delay >= 15),
  AVG(CAST(delay AS DOUBLE)),
  SUM(distance)
FROM TABLE(TUMBLE(TABLE departures, DESCRIPTOR(`date`), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;
