import java.io.IOException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.DeserializationContext;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonDeserializer;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.annotation.JsonDeserialize;

/** A record of the stream, as the schema of {@code pipelines/flights.ts} has it. Public fields: Flink's own serializer takes it. */
@JsonIgnoreProperties(ignoreUnknown = true)
public class Departure {
  private static final Pattern IATA = Pattern.compile("[A-Z0-9]{3}");

  /** Scheduled departure [ms since 1970]; ISO 8601 text in the record. */
  @JsonDeserialize(using = Moment.class)
  public long date;

  /** Minutes after schedule; negative when early. */
  public int delay;

  /** Miles. */
  public int distance;

  public String origin;
  public String destination;

  public boolean isValid() {
    return distance >= 0
        && origin != null
        && IATA.matcher(origin).matches()
        && destination != null
        && IATA.matcher(destination).matches();
  }

  /** A moment as ISO 8601 text or as ms since 1970. */
  static class Moment extends JsonDeserializer<Long> {
    @Override
    public Long deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
          ? parser.getLongValue()
          : Instant.parse(parser.getText()).toEpochMilli();
    }
  }
}
