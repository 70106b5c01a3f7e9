package dev.tokenring.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.ModelLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates in the manner of the well-known models. */
class ChatTemplateTest {
    private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");
    private static final ChatMessage SYSTEM = new ChatMessage("system", "Be brief.");
    private static final List<ChatMessage> TURNS =
            List.of(ChatMessage.user(" Hi \n"), ChatMessage.assistant("Hello."), ChatMessage.user("A {{ table }}?"));

    private static final String HEADERS = """
            {% for message in messages %}
                {% set content = '<|header|>' + message['role'] + '<|end|>\\n\\n' + message['content'] | trim + '<|eot|>' %}
                {% if loop.index0 == 0 %}
                    {% set content = bos_token + content %}
                {% endif %}
                {{- content }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{ '<|header|>assistant<|end|>\\n\\n' }}{% endif %}""";

    private static final String MARKED_LINES = """
            {%- for message in messages %}
            {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\\n' }}
            {%- endif %}""";

    private static final String INSTRUCTIONS = """
            {%- if messages[0]['role'] == 'system' -%}
                {%- set system = messages[0]['content'] -%}
                {%- set rest = messages[1:] -%}
            {%- else -%}
                {%- set rest = messages -%}
            {%- endif -%}
            {{- bos_token }}
            {%- for message in rest -%}
                {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
                    {{- raise_exception('roles must alternate user/assistant') -}}
                {%- endif -%}
                {%- if message['role'] == 'user' -%}
                    {%- if loop.first and system is defined -%}
                        {{- '[INST] ' + system + '\\n\\n' + message['content'] + ' [/INST]' -}}
                    {%- else -%}
                        {{- '[INST] ' + message['content'] + ' [/INST]' -}}
                    {%- endif -%}
                {%- elif message['role'] == 'assistant' -%}
                    {{- ' ' + message['content'] + eos_token -}}
                {%- endif -%}
            {%- endfor -%}""";

    private static String render(String template, List<ChatMessage> messages) {
        return ChatTemplate.of(template, Path.of("folder", "chat_template.jinja"), TOKENS)
                .render(messages);
    }

    private static List<ChatMessage> withSystem() {
        return List.of(SYSTEM, TURNS.get(0), TURNS.get(1), TURNS.get(2));
    }

    @Test
    void headersWithTrimmedContent() {
        assertThat(render(HEADERS, withSystem()))
                .isEqualTo("<s><|header|>system<|end|>\n\nBe brief.<|eot|>"
                        + "<|header|>user<|end|>\n\nHi<|eot|>"
                        + "<|header|>assistant<|end|>\n\nHello.<|eot|>"
                        + "<|header|>user<|end|>\n\nA {{ table }}?<|eot|>"
                        + "<|header|>assistant<|end|>\n\n");
    }

    @Test
    void spacesGoWhereATemplateSaysSoAndNowhereElse() {
        String template = "  {% for m in messages %}  \n  {{- m.role -}} \n [{{ m.content }}] {# note #}\n"
                + "  {% if true %}\n    yes {% endif %}\n\t{% endfor %}\n  {{ 1 }}";

        assertThat(render(template, List.of(ChatMessage.user("a {{- b -}} c"))))
                .isEqualTo("user[a {{- b -}} c]     yes   1");
    }

    @Test
    void markedLinesWithContentAsItIs() {
        assertThat(render(MARKED_LINES, TURNS))
                .isEqualTo("<|im_start|>user\n Hi \n<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
                        + "<|im_start|>user\nA {{ table }}?<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void instructionsWithASystemTurnWithinTheFirst() {
        assertThat(render(INSTRUCTIONS, withSystem()))
                .isEqualTo("<s>[INST] Be brief.\n\n Hi \n [/INST] Hello.</s>[INST] A {{ table }}? [/INST]");
        assertThat(render(INSTRUCTIONS, TURNS))
                .isEqualTo("<s>[INST]  Hi \n [/INST] Hello.</s>[INST] A {{ table }}? [/INST]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{ messages", "{% for m in messages %}{{ m.content }}", "{% nonsense %}"})
    void aBrokenTemplateIsNamedAsSuch(String template) {
        assertThatThrownBy(() -> render(template, TURNS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("chat template");
    }

    @Test
    void whatWasSaidIsNoTemplateEvenWhereATemplateKeepsIt() {
        String said = "{{ 1 + 1 }}{% raw %}{# gone #}\\n";

        assertThat(render(
                        "{% set ns = namespace(t='') %}{% for m in messages %}{% set ns.t = ns.t ~ m.content %}"
                                + "{% endfor %}{{ ns.t }}",
                        List.of(ChatMessage.user(said))))
                .isEqualTo(said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}"
                        + "some words{% endfor %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(t='some words') %}{% for i in range(40) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}"
                        + "{{ ns.t }}"
            })
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aTemplateThatWritesWithoutEndIsStopped(String template) {
        assertThatThrownBy(() -> render(template, TURNS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("the model's chat template can't be rendered")
                .hasMessageContaining("mend the chat template");
    }

    @Test
    void aMessageMayBeLongerThanAllThatATemplateMayAdd() {
        String said = "some words ".repeat(2_000_000);

        assertThat(render("{% for m in messages %}{{ m.content }}{% endfor %}", List.of(ChatMessage.user(said))))
                .isEqualTo(said);
    }
}
