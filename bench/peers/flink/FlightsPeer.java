import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.runtime.util.EnvironmentInformation;

/**
 * Runs the job as often as it is told, in one process, so that a later round finds compiled code.
 *
 * <p>Arguments: the file of JSON lines, a folder for checkpoints. Each line of standard input is one round: {@code copy} or
 * {@code reuse} for objects between operators, then the file for its results or {@code -}. Each round answers with a line.
 */
public final class FlightsPeer {
  public static void main(String[] args) throws Exception {
    byte[][] lines = linesOf(Path.of(args[0]));
    System.out.printf("Flink %s on Java %s%n", EnvironmentInformation.getVersion(), System.getProperty("java.version"));
    BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = asked.readLine(); line != null; line = asked.readLine()) {
      String[] words = line.split(" ", 2);
      boolean isKept = !words[1].equals("-");
      Round round = new Round(lines, isKept);
      FlightsJob.run(round, words[0].equals("reuse"), Path.of(args[1]).toUri().toString());
      if (isKept) round.write(Path.of(words[1]));
      System.out.println(round.report());
    }
    System.exit(0); // what Flink leaves running does not keep the process
  }

  private static byte[][] linesOf(Path path) throws IOException {
    try (var lines = Files.lines(path)) {
      return lines.map(line -> line.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    }
  }

  private FlightsPeer() {}
}
