package dev.tokenring.bus;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/** The rule that names of buses, topics, services and subscriptions follow. */
final class Names {
    private static final String PART = "[A-Za-z0-9_-]+";
    private static final Pattern VALID_PART = Pattern.compile(PART);
    private static final Pattern VALID = Pattern.compile(PART + "(\\." + PART + ")*");

    static String valid(String what, String name) {
        if (!VALID.matcher(requireNonNull(name, what + " name")).matches()) {
            throw new IllegalArgumentException(
                    what + " name is \"" + name
                            + "\": use letters, digits, '_' and '-', in parts separated by dots, such as llm.generation.requests");
        }
        return name;
    }

    /** Whether a text can stand between two dots of a name. */
    static boolean isPart(String text) {
        return VALID_PART.matcher(text).matches();
    }

    private Names() {}
}
