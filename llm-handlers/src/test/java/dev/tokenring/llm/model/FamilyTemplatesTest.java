package dev.tokenring.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.ModelLoadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Year;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates in the manner of each family render to what Jinja 3.1.6 has rendered them to, or are refused. */
class FamilyTemplatesTest {
    private static final Path TEMPLATES = Path.of("src/test/resources/templates");
    private static final Path FILE = Path.of("model", "chat_template.jinja");
    private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

    private static final ChatMessage SYSTEM = new ChatMessage("system", " Be brief. /no_think\n");
    private static final ChatMessage HI = ChatMessage.user(" Hi \n");
    private static final ChatMessage HELLO = ChatMessage.assistant("<think>\nhm\n</think>\n\nHello.");
    private static final ChatMessage BYE = ChatMessage.user("Bye {{ 1 }}");
    private static final ChatMessage TOOL = new ChatMessage("tool", "42");

    private static final Map<String, List<ChatMessage>> CONVERSATIONS = Map.of(
            "a question", List.of(HI),
            "a system turn and a question", List.of(SYSTEM, HI),
            "three turns", List.of(HI, HELLO, BYE),
            "a system turn and three turns", List.of(SYSTEM, HI, HELLO, BYE),
            "two questions", List.of(HI, BYE),
            "a tool between", List.of(HI, TOOL, TOOL, HELLO, BYE),
            "an answer at the end", List.of(SYSTEM, HI, HELLO));

    @ParameterizedTest
    @ValueSource(strings = {"llama2-style", "llama3-style", "mistral-style", "qwen3-style", "smollm3-style"})
    void rendersAsJinjaDoes(String name) {
        ChatTemplate template = ChatTemplate.of(read(name + ".jinja"), FILE, TOKENS);
        Map<String, String> expected = expected(read(name + ".expected"));
        assertThat(expected.keySet()).isEqualTo(CONVERSATIONS.keySet());
        expected.forEach((conversation, text) -> assertThat(rendered(template, CONVERSATIONS.get(conversation)))
                .as("%s: %s", name, conversation)
                .isEqualTo(text));
    }

    private static String rendered(ChatTemplate template, List<ChatMessage> conversation) {
        try {
            return template.render(conversation);
        } catch (IllegalArgumentException refused) {
            return "!! "
                    + refused.getMessage().replace("the model's chat template does not take this conversation: ", "");
        }
    }

    private static Map<String, String> expected(String file) {
        var expected = new LinkedHashMap<String, String>();
        String parts = "\n" + file.substring(0, file.length() - 1);
        for (String part : parts.substring("\n==== ".length()).split("\n==== ")) {
            String[] nameAndText = part.split("\n", 2);
            expected.put(nameAndText[0], nameAndText[1]);
        }
        return expected;
    }

    private static String read(String name) {
        try {
            return Files.readString(TEMPLATES.resolve(name)).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ loop.length }}{% endfor %} => 1222",
                "{% for m in messages %}{{ loop.nextitem.role }},{% endfor %} => assistant,user,,",
                "{% for k, v in messages[0].items() %}{{ k }}={{ v | trim }};{% endfor %} => role=user;content=Hi;",
                "{% for k, v in messages[0] | items if k != 'role' %}{{ k }}{% endfor %} => content",
                "{% for c in 'abc' %}{% if c == 'b' %}{% continue %}{% endif %}{{ c }}{% endfor %} => ac",
                "{{ messages[-1].content[:3] }}{{ 'abc'[-1] }}{{ 'abc'[::-1] }} => Byeccba",
                "{% if not x is defined and not (y is defined) %}a{% endif %} => a",
                "{{ true }}{{ 1 == 2 }}{{ 'a' in 'abc' }} => TrueFalseTrue",
                "{{ 'tool' in messages[0] }}{{ 'role' in messages[0] }} => FalseTrue",
                "{{ {'a': [1, none, true], 'b': 'é<\"'} | tojson }} => {\"a\": [1, null, true], \"b\": \"é<\\\"\"}",
                "{{ 'x.y|z'.split('.')[1].split('|') | join('+') }} => y+z",
                "{{ 'a-b-c'.split('-', 1)[1] }}{{ 'a-b-c'.rsplit('-', 1)[0] }} => b-ca-b",
                "{{ '  a b '.split() | length }}{{ 'xxaxx'.strip('x') }}{{ 'ab'.upper().lower().title() }} => 2aAb",
                "{{ 'abc'.find('c') }}{{ 'aba'.count('a') }}{{ ', '.join(['a', 'b']) }} => 22a, b",
                "{{ messages[0].get('name', 'none') }}{{ messages[0].keys() | list | length }} => none2",
                "{{ '' | default('e', boolean=true) }}{{ nothing | default('u') }}{{ 'a' 'b' }} => euab",
                "{{ namespace(a=messages | length - 1).a }} => 2",
                "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, b=messages|length + 1) }} => 1214",
                "{% raw %}{{ x | nosuch }}{% endraw %}{# {{ x | nosuch }} #} => {{ x | nosuch }}",
                "{{ messages[9].role }}{{ nothing }}| => |",
            })
    void readsWhatTemplatesUseAsPythonDoes(String template, String expected) {
        assertThat(ChatTemplate.of(template, FILE, TOKENS).render(List.of(HI, HELLO, BYE)))
                .isEqualTo(expected);
    }

    @Test
    void knowsTheDate() {
        assertThat(ChatTemplate.of("{{ strftime_now('%Y') }}", FILE, TOKENS).render(List.of(HI)))
                .isEqualTo(Year.now().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{{ x | nosuch }} => the filter \"nosuch\"",
                "{% if false %}{{ x | upper | nosuch('a') }}{% endif %} => the filter \"nosuch\"",
                "{{ nosuch(x) }} => the function \"nosuch\"",
                "{{ x.encode('utf-8') }} => the method \"encode\"",
                "{{ messages.getClass() }} => the method \"getClass\"",
                "{{ x is nosuch }} => the test \"nosuch\"",
                "{{ x is not nosuch }} => the test \"nosuch\"",
                "{{ loop.depth }} => the loop's property \"depth\"",
                "{% filter upper %}x{% endfilter %} => the tag \"filter\"",
                "{% include 'x' %} => the tag \"include\"",
                "{% for x in y recursive %}{% endfor %} => the loop \"for x in y recursive\"",
                "{% for x in y %}a{% else %}b{% endfor %} => the tag \"else\" outside of an \"if\"",
                "{{ x[::2] }} => a slice with a step",
                "{% for x in y %} => the block \"for\" without an end",
                "{% endif %} => the tag \"endif\", which closes nothing",
                "{% if x %}{% endfor %} => the tag \"endfor\", which closes nothing",
                "{{ x => \"{{\" without an end",
                "{# x => a comment without an end",
                "{{ x ? y }} => the character \"?\"",
                "{{ x.y(z=w | nosuch) }} => the method \"y\"",
                "{{ range(z=w | nosuch) }} => the filter \"nosuch\"",
            })
    void whatWouldRenderToNothingIsRefusedWhenItIsLoaded(String template, String what) {
        assertThatThrownBy(() -> ChatTemplate.of("\n" + template, FILE, TOKENS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(FILE + ": the chat template has ")
                .hasMessageContaining(what)
                .hasMessageContaining("in line 2, which is not supported");
    }

    @Test
    void javasMethodsAreOutOfReach() {
        for (String call : List.of("'a'.reversed_().lower", "messages.items()", "'a'.keys()", "messages[0].upper()")) {
            assertThatThrownBy(() -> ChatTemplate.of("{{ " + call + " }}", FILE, TOKENS)
                            .render(List.of(HI))
                            .isEmpty())
                    .as(call)
                    .isInstanceOf(ModelLoadException.class);
        }
    }
}
