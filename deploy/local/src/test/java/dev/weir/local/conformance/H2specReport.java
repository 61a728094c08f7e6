package dev.weir.local.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JUnit report of h2spec. It is read line by line: h2spec writes the raw bytes of frames into
 * it, so that it is no XML.
 *
 * @param cases case to what was wrong; empty text for a case that passed
 */
record H2specReport(Map<String, String> cases) {
  private static final Pattern CASE =
      Pattern.compile(
          "<testcase package=\"([^\"]*)\" classname=\"([^\"]*)\"[^>]*>(.*?)</testcase>",
          Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("<[^>]*>");
  private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]+");

  static H2specReport read(Path file) throws IOException {
    var cases = new LinkedHashMap<String, String>();
    Matcher matcher = CASE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      String body = matcher.group(3);
      String wrong = UNPRINTABLE.matcher(TAG.matcher(body).replaceAll("")).replaceAll(" ").strip();
      cases.put(
          matcher.group(1) + ": " + matcher.group(2).replace("&#34;", "\"").replace("&#39;", "'"),
          body.contains("<") ? "expected, then seen: " + wrong : "");
    }
    return new H2specReport(cases);
  }

  /** Cases that did not pass, with what was wrong. */
  Map<String, String> failed() {
    var failed = new TreeMap<>(cases);
    failed.values().removeIf(String::isEmpty);
    return failed;
  }
}
