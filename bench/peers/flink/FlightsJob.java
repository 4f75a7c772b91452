import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectReader;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** What {@code pipelines/flights.ts} does, as a program of Apache Flink: one slot, checkpoints every second. */
final class FlightsJob {
  private static final OutputTag<byte[]> REJECTED =
      new OutputTag<>("rejected", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  private static final OutputTag<Departure> LATE = new OutputTag<>("late", Types.POJO(Departure.class));
  private static final long OUT_OF_ORDERNESS_MS = Duration.ofMinutes(60).toMillis();

  static void run(Round round, boolean reusesObjects, String checkpointFolder) throws Exception {
    Round.current = round;
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpointFolder);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, settings);
    env.enableCheckpointing(1_000);
    if (reusesObjects) env.getConfig().enableObjectReuse();

    SingleOutputStreamOperator<Departure> departures =
        env.fromSource(
                new DataGeneratorSource<>(
                    index -> Round.current.line(index),
                    round.lines.length,
                    PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO),
                WatermarkStrategy.noWatermarks(),
                "lines")
            .process(new Decode(), Types.POJO(Departure.class));
    departures.getSideOutput(REJECTED).sinkTo(new Tally<>(rejected -> Round.current.rejected.incrementAndGet()));
    SingleOutputStreamOperator<WindowResult> results =
        departures
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Departure>forGenerator(context -> new EachRecord())
                    .withTimestampAssigner((departure, before) -> departure.date))
            .keyBy(departure -> departure.origin, Types.STRING)
            .window(TumblingEventTimeWindows.of(Duration.ofHours(1)))
            .allowedLateness(Duration.ofHours(3))
            .sideOutputLateData(LATE)
            .aggregate(
                new DepartureStats.Function(),
                new WindowResult.Function(),
                Types.POJO(DepartureStats.class),
                Types.POJO(DepartureStats.class),
                Types.POJO(WindowResult.class));
    results.getSideOutput(LATE).sinkTo(new Tally<>(late -> Round.current.late.incrementAndGet()));
    results.sinkTo(new Tally<>(result -> Round.current.take(result)));
    env.execute("flights");
    round.end();
  }

  private static final class Decode extends ProcessFunction<byte[], Departure> implements CheckpointListener {
    private transient ObjectReader reader;

    @Override
    public void processElement(byte[] line, Context context, Collector<Departure> out) {
      if (reader == null) reader = new ObjectMapper().readerFor(Departure.class);
      Departure departure;
      try {
        departure = reader.readValue(line);
      } catch (IOException | RuntimeException error) {
        context.output(REJECTED, line);
        return;
      }
      if (departure.isValid()) out.collect(departure);
      else context.output(REJECTED, line);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      Round.current.checkpoints.incrementAndGet();
    }
  }

  /** The watermark follows each record, as Tidemark's does: which record is late depends on nothing else. */
  private static final class EachRecord implements WatermarkGenerator<Departure> {
    private long newestMs = Long.MIN_VALUE;

    @Override
    public void onEvent(Departure departure, long eventTimeMs, WatermarkOutput output) {
      if (eventTimeMs <= newestMs) return;
      newestMs = eventTimeMs;
      long watermarkMs = newestMs - OUT_OF_ORDERNESS_MS;
      Round.current.watermarkMs.set(watermarkMs);
      output.emitWatermark(new Watermark(watermarkMs - 1)); // Flink's is inclusive
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  /** Takes what comes and sends it nowhere. */
  private static final class Tally<T> implements Sink<T> {
    private final Taking<T> taking;

    Tally(Taking<T> taking) {
      this.taking = taking;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
      return new SinkWriter<T>() {
        @Override
        public void write(T element, Context context) {
          taking.take(element);
        }

        @Override
        public void flush(boolean isEndOfInput) {}

        @Override
        public void close() {}
      };
    }
  }

  interface Taking<T> extends java.io.Serializable {
    void take(T element);
  }

  private FlightsJob() {}
}
