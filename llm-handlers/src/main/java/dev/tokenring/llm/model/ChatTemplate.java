package dev.tokenring.llm.model;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.ModelLoadException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * How a model wants a conversation written down: the Jinja template of its folder. A model without one gets the turns, one
 * a line, which is what a model that was trained on plain text can go on from. Safe for use by any thread.
 *
 * @see <a href="https://huggingface.co/docs/transformers/chat_templating">Chat templates</a>
 */
public final class ChatTemplate {
    /** Without these, Jinjava departs from Jinja in many small ways; not trimming at <code>{{-</code> is one. */
    private static final LegacyOverrides AS_JINJA = LegacyOverrides.newBuilder()
            .withEvaluateMapKeys(true)
            .withIterateOverMapKeys(true)
            .withUsePyishObjectMapper(true)
            .withUseSnakeCasePropertyNaming(true)
            .withUseNaturalOperatorPrecedence(true)
            .withParseWhitespaceControlStrictly(true)
            .withUseTrimmingForNotesAndExpressions(true)
            .withKeepNullableLoopValues(true)
            .withHandleBackslashInQuotesOnly(true)
            .build();

    /** What a template may write of its own: more than any context has room for, and little memory. */
    private static final long MOST_CHARACTERS = 1 << 24;

    /** How often a template may write what was said: once is usual, and JSON may take six characters for one. */
    private static final long MOST_REPETITIONS = 8;

    private final @Nullable String template;
    private final Map<String, String> specialTokens;
    private final @Nullable Jinjava jinja;

    private ChatTemplate(@Nullable String template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = specialTokens;
        this.jinja = template == null ? null : newJinja();
    }

    /** For a model that has none. */
    static ChatTemplate none() {
        return new ChatTemplate(null, Map.of());
    }

    /**
     * Takes a template.
     *
     * @param file where it stands, for errors
     */
    static ChatTemplate of(String template, Path file, Map<String, String> specialTokens) {
        try {
            return new ChatTemplate(
                    JinjaDialect.translate(withoutIndents(withoutLastLineEnd(template.replaceAll("\\R", "\n")))),
                    specialTokens);
        } catch (JinjaDialect.UnsupportedTemplate e) {
            throw new ModelLoadException(
                    file + ": the chat template has " + e.getMessage() + ", which is not supported: write it without,"
                            + " or take it out of the folder and make prompts by tokenizing texts of your own",
                    e);
        }
    }

    /** Jinja takes one line's end from the end of a template; Jinjava would take it from the end of what it renders. */
    private static String withoutLastLineEnd(String template) {
        return template.replaceFirst("\\R\\z", "");
    }

    /** What {@code lstrip_blocks} means in Jinja; Jinjava would take the spaces before a tag within a line as well. */
    private static String withoutIndents(String template) {
        return template.replaceAll("(?m)^[ \\t]+(?=\\{[%#](?!\\+))", "");
    }

    private static Jinjava newJinja() {
        var jinja = new Jinjava(config(MOST_CHARACTERS));
        jinja.registerTag(new FilteringForTag());
        jinja.registerFilter(new JsonFilter());
        jinja.registerFilter(new ItemsFilter());
        jinja.registerFilter(new PrintedFilter());
        jinja.registerFunction(
                new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "raiseException", String.class));
        jinja.registerFunction(
                new ELFunctionDefinition("", "strftime_now", ChatTemplate.class, "strftimeNow", String.class));
        return jinja;
    }

    private static JinjavaConfig config(long mostCharacters) {
        return JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                // Jinjava's default is to render what an expression gives once more, as a template of its own: a user
                // could then write templates.
                .withNestedInterpretationEnabled(false)
                .withKeepTrailingNewline(true)
                .withLegacyOverrides(AS_JINJA)
                .withElResolver(resolver())
                .withMaxOutputSize(mostCharacters)
                .withMaxStringLength(mostCharacters)
                .build();
    }

    private static ELResolver resolver() {
        var resolver = new CompositeELResolver();
        resolver.add(new PythonMethods());
        resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
        return resolver;
    }

    /** Gives a dictionary's pairs. */
    private static final class ItemsFilter implements Filter {
        @Override
        public String getName() {
            return "items";
        }

        @Override
        public Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
            return value instanceof Map<?, ?> map ? List.copyOf(map.entrySet()) : List.of();
        }
    }

    /** Whether the model has a template. */
    public boolean isGiven() {
        return template != null;
    }

    /** Writes truth as Python does. */
    private static final class PrintedFilter implements Filter {
        @Override
        public String getName() {
            return JinjaDialect.PRINTED;
        }

        @Override
        public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
            return value instanceof Boolean truth ? (truth ? "True" : "False") : value;
        }
    }

    /** What templates call to write the date. */
    public static String strftimeNow(String format) {
        return StrftimeFormatter.format(ZonedDateTime.now(ZoneId.systemDefault()), format, Locale.ENGLISH);
    }

    /** What templates call when they don't take a conversation. */
    public static String raiseException(String reason) {
        throw new RefusedConversation(reason);
    }

    /**
     * Writes a conversation down, up to where the model's next turn begins.
     *
     * @throws IllegalArgumentException if the template does not take such a conversation
     * @throws ModelLoadException if the template can't be rendered
     */
    public String render(List<ChatMessage> messages) {
        if (template == null || jinja == null) {
            return messages.stream().map(ChatMessage::content).collect(Collectors.joining("\n"))
                    + (messages.size() > 1 ? "\n" : "");
        }
        Map<String, Object> context = new HashMap<>(specialTokens);
        context.put("messages", messages.stream().map(ChatTemplate::dictionary).toList());
        context.put("add_generation_prompt", true);
        // Templates ask whether it is there, which for Jinjava a function is not.
        context.put("strftime_now", true);
        long said = messages.stream()
                .mapToLong(message -> message.content().length())
                .sum();
        RenderResult result =
                jinja.renderForResult(template, context, config(MOST_CHARACTERS + MOST_REPETITIONS * said));
        if (result.hasErrors()) {
            throw failure(result.getErrors().get(0));
        }
        return result.getOutput();
    }

    /** In the order in which templates print it. */
    private static Map<String, Object> dictionary(ChatMessage message) {
        var dictionary = new LinkedHashMap<String, Object>();
        dictionary.put("role", message.role());
        dictionary.put("content", message.content());
        return dictionary;
    }

    private static RuntimeException failure(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedConversation refused) {
                return new IllegalArgumentException(
                        "the model's chat template does not take this conversation: " + refused.getMessage(), refused);
            }
        }
        return new ModelLoadException("the model's chat template can't be rendered (" + error.getMessage()
                + "): mend the chat template in its folder, or make the prompt by tokenizing a text of your own");
    }

    /** Thrown through Jinjava by a template that calls {@code raise_exception}. */
    private static final class RefusedConversation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedConversation(String reason) {
            super(reason);
        }
    }
}
