package dev.tokenring.llm;

import static java.util.Objects.requireNonNull;

import dev.tokenring.llm.constraint.Grammar;

/**
 * What a generated text must be. Tokens that would lead away from it are not chosen, whatever the model would like, so a
 * text that is generated under a constraint always keeps it. Immutable.
 *
 * @param kind how the source is to be read
 * @param source the regular expression or the schema
 */
public record OutputConstraint(Kind kind, String source) {
    /** How a constraint is written. */
    public enum Kind {
        /** A regular expression that the whole text matches. */
        REGEX,
        /** A JSON schema that the text, parsed as JSON, is valid against. */
        JSON_SCHEMA
    }

    /**
     * Checks the constraint.
     *
     * @param kind see the record
     * @param source see the record
     * @throws IllegalArgumentException if the source is malformed or has what is not supported; the message says where,
     *     and what to write instead
     */
    public OutputConstraint {
        requireNonNull(kind, "kind");
        requireNonNull(source, "source");
        switch (kind) {
            case REGEX -> Grammar.regex(source);
            case JSON_SCHEMA -> Grammar.jsonSchema(source);
        }
    }

    /**
     * The whole text matches a regular expression.
     *
     * @param regex the regular expression
     * @return the constraint
     * @throws IllegalArgumentException if it is malformed or has what is not supported; the message says where, and what
     *     to write instead
     */
    public static OutputConstraint regex(String regex) {
        return new OutputConstraint(Kind.REGEX, regex);
    }

    /**
     * The text is JSON that is valid against a schema.
     *
     * @param schema the schema, as JSON
     * @return the constraint
     * @throws IllegalArgumentException if it is malformed or has what is not supported; the message says where, and what
     *     to write instead
     */
    public static OutputConstraint jsonSchema(String schema) {
        return new OutputConstraint(Kind.JSON_SCHEMA, schema);
    }
}
