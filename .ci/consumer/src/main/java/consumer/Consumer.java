package consumer;

import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.codec.JsonCodec;
import dev.tokenring.llm.ChatMessage;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.LanguageModel;
import java.nio.file.Path;
import java.util.List;

/** Does one thing with each module, on the class path that a user's build gives. */
public final class Consumer {
    record Question(String text) {}

    record Answer(String text) {
        Answer append(Answer next) {
            return new Answer(text + next.text);
        }
    }

    public static void main(String[] args) {
        JsonCodec<Question> codec = JsonCodec.of(Question.class);
        Question question = codec.decode(codec.encode(new Question("I need a table for two")));
        Service<Question, Answer> dialogue =
                Service.of("dialogue", Question.class, Answer.class).withMerge(Answer::append);
        try (LanguageModel model = LanguageModel.load(Path.of(args[0]));
                Bus bus = Bus.open()) {
            bus.serveAsync(
                    dialogue,
                    GenerationHandler.of(
                            model,
                            asked -> model.chatPrompt(List.of(ChatMessage.user(asked.text())), 64),
                            model.defaults().withTemperature(0),
                            (piece, headers) -> new Answer(piece.text())));
            System.out.println("The model says: " + bus.request(dialogue, question).join().text());
        }
    }
}
