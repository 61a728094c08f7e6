package dev.weir.local.demo;

import java.util.Map;

/**
 * What a step of the story came to.
 *
 * @param name short name: "v2_silently_broken"
 * @param held whether it went as it must
 * @param summary for people
 * @param figures measured, by name, with the unit in the name
 */
record StepResult(String name, boolean held, String summary, Map<String, Object> figures) {
  StepResult {
    figures = Map.copyOf(figures);
  }
}
