package dev.tokenring.bus;

import java.util.regex.Pattern;

/** The rule that names of buses, topics, services and subscriptions follow. */
final class Names {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    static String valid(String what, String name) {
        if (!VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " name is \"" + name
                            + "\": use letters, digits, '_' and '-', in parts separated by dots, such as llm.generation.requests");
        }
        return name;
    }

    private Names() {}
}
