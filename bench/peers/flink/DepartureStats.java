import org.apache.flink.api.common.functions.AggregateFunction;

/** The aggregates of one window, and what they become with one departure more. */
public class DepartureStats {
  public long departures;
  public long delayed;
  public long delayMin;
  public int minDelayMin = Integer.MAX_VALUE;
  public int maxDelayMin = Integer.MIN_VALUE;
  public long totalDistanceMiles;

  static class Function implements AggregateFunction<Departure, DepartureStats, DepartureStats> {
    @Override
    public DepartureStats createAccumulator() {
      return new DepartureStats();
    }

    @Override
    public DepartureStats add(Departure departure, DepartureStats stats) {
      stats.departures += 1;
      if (departure.delay >= 15) stats.delayed += 1;
      stats.delayMin += departure.delay;
      stats.minDelayMin = Math.min(stats.minDelayMin, departure.delay);
      stats.maxDelayMin = Math.max(stats.maxDelayMin, departure.delay);
      stats.totalDistanceMiles += departure.distance;
      return stats;
    }

    @Override
    public DepartureStats getResult(DepartureStats stats) {
      return stats;
    }

    @Override
    public DepartureStats merge(DepartureStats a, DepartureStats b) {
      a.departures += b.departures;
      a.delayed += b.delayed;
      a.delayMin += b.delayMin;
      a.minDelayMin = Math.min(a.minDelayMin, b.minDelayMin);
      a.maxDelayMin = Math.max(a.maxDelayMin, b.maxDelayMin);
      a.totalDistanceMiles += b.totalDistanceMiles;
      return a;
    }
  }
}
