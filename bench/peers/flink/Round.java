import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One run of the job: its input, what came of it and how long the processors worked from its first record to its last result.
 * The tasks are threads of this process, so they find it here.
 */
final class Round {
  static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  static volatile Round current;

  final byte[][] lines;
  final AtomicInteger late = new AtomicInteger();
  final AtomicInteger rejected = new AtomicInteger();
  final AtomicInteger checkpoints = new AtomicInteger();
  /** Newest watermark that the records gave, exclusive [ms]; the one at the end of the input is none of them. */
  final AtomicLong watermarkMs = new AtomicLong(Long.MIN_VALUE);
  private final boolean isKept;
  private final Map<String, WindowResult> results = new HashMap<>();
  private final Map<String, Integer> revisions = new HashMap<>();
  private volatile long startCpuNs;
  private volatile long startNs;
  private long cpuNs;
  private long elapsedNs;
  private long firings;
  private boolean hasEnded;

  Round(byte[][] lines, boolean isKept) {
    this.lines = lines;
    this.isKept = isKept;
  }

  byte[] line(long index) {
    if (index == 0) {
      startNs = System.nanoTime();
      startCpuNs = PROCESS.getProcessCpuTime();
    }
    return lines[(int) index];
  }

  /** Windows that fire beyond the newest watermark fire because the input ends: a stream does not. */
  void take(WindowResult result) {
    if (result.windowEndMs > watermarkMs.get()) {
      end();
      return;
    }
    firings += 1;
    if (!isKept) return;
    String id = result.key + '/' + result.windowStartMs;
    results.put(id, result);
    revisions.merge(id, 1, Integer::sum);
  }

  void end() {
    if (hasEnded) return;
    hasEnded = true;
    cpuNs = PROCESS.getProcessCpuTime() - startCpuNs;
    elapsedNs = System.nanoTime() - startNs;
  }

  String report() {
    return String.format(
        "{\"cpuMs\":%.3f,\"elapsedMs\":%.3f,\"firings\":%d,\"late\":%d,\"rejected\":%d,\"checkpoints\":%d}",
        cpuNs / 1e6, elapsedNs / 1e6, firings, late.get(), rejected.get(), checkpoints.get());
  }

  /** The newest firing of each window, as JSON lines. */
  void write(Path path) throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(path))) {
      for (Map.Entry<String, WindowResult> entry : results.entrySet()) {
        WindowResult r = entry.getValue();
        out.println(
            "{\"key\":\"" + r.key + "\",\"windowStartMs\":" + r.windowStartMs + ",\"windowEndMs\":" + r.windowEndMs
                + ",\"revision\":" + revisions.get(entry.getKey()) + ",\"departures\":" + r.departures
                + ",\"delayed\":" + r.delayed + ",\"meanDelayMin\":" + r.meanDelayMin
                + ",\"minDelayMin\":" + r.minDelayMin + ",\"maxDelayMin\":" + r.maxDelayMin
                + ",\"totalDistanceMiles\":" + r.totalDistanceMiles + "}");
      }
    }
  }
}
