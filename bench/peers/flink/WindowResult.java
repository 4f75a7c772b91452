import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** One firing of the window of an airport and hour. */
public class WindowResult {
  public String key;
  public long windowStartMs;
  public long windowEndMs;
  public long departures;
  public long delayed;
  public double meanDelayMin;
  public int minDelayMin;
  public int maxDelayMin;
  public long totalDistanceMiles;

  static class Function extends ProcessWindowFunction<DepartureStats, WindowResult, String, TimeWindow> {
    @Override
    public void process(String key, Context context, Iterable<DepartureStats> all, Collector<WindowResult> out) {
      DepartureStats stats = all.iterator().next();
      WindowResult result = new WindowResult();
      result.key = key;
      result.windowStartMs = context.window().getStart();
      result.windowEndMs = context.window().getEnd();
      result.departures = stats.departures;
      result.delayed = stats.delayed;
      result.meanDelayMin = (double) stats.delayMin / stats.departures;
      result.minDelayMin = stats.minDelayMin;
      result.maxDelayMin = stats.maxDelayMin;
      result.totalDistanceMiles = stats.totalDistanceMiles;
      out.collect(result);
    }
  }
}
