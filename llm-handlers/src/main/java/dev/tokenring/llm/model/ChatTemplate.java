package dev.tokenring.llm.model;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.ModelLoadException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a model wants a conversation written down: the Jinja template of its folder. A model without one gets the turns, one
 * a line, which is what a model that was trained on plain text can go on from.
 *
 * @see <a href="https://huggingface.co/docs/transformers/chat_templating">Chat templates</a>
 */
public final class ChatTemplate {
    private final @Nullable String template;
    private final Map<String, String> specialTokens;
    private final Jinjava jinja = new Jinjava(JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withMaxOutputSize(10_000_000)
            .withLegacyOverrides(LegacyOverrides.newBuilder()
                    .withEvaluateMapKeys(true)
                    .withIterateOverMapKeys(true)
                    .withUsePyishObjectMapper(true)
                    .build())
            .build());

    ChatTemplate(@Nullable String template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = specialTokens;
    }

    /** Writes a conversation down, up to where the model's next turn begins. */
    public String render(List<ChatMessage> messages) {
        if (template == null) {
            return messages.stream().map(ChatMessage::content).collect(Collectors.joining("\n"))
                    + (messages.size() > 1 ? "\n" : "");
        }
        Map<String, Object> context = new HashMap<>(specialTokens);
        context.put(
                "messages",
                messages.stream()
                        .map(message -> Map.of("role", message.role(), "content", message.content()))
                        .toList());
        context.put("add_generation_prompt", true);
        RenderResult result = jinja.renderForResult(template, context);
        if (result.hasErrors()) {
            throw new ModelLoadException("the model's chat template can't be rendered ("
                    + result.getErrors().get(0).getMessage() + "): mend chat_template in its tokenizer_config.json");
        }
        return result.getOutput();
    }
}
