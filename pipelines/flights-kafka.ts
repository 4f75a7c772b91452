/** The flights, fed from a Kafka topic instead of a Kinesis stream. */
import { fedFrom, kafka } from '../engine/index.ts';
import flights, { Departure } from './flights.ts';

export default fedFrom(
  flights,
  'flights-kafka',
  kafka({ topic: 'departures', partitionKey: 'origin', schema: Departure }),
);
