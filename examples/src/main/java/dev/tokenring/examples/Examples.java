package dev.tokenring.examples;

import dev.tokenring.examples.bringyourmodel.BringYourModelCommand;
import dev.tokenring.examples.dialogue.DialogueCommand;
import dev.tokenring.examples.hello.Hello;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Runs an example by its name: {@code mvn -q -Pdemo -Dexample=NAME -Dargs="OPTIONS"}. */
public final class Examples {
    private static final Map<String, Supplier<Callable<Integer>>> EXAMPLES = new TreeMap<>(Map.of(
            "bring-your-model", BringYourModelCommand::new, "dialogue", DialogueCommand::new, "hello", Hello::new));

    private Examples() {}

    /**
     * Runs an example.
     *
     * @param args the example's name, then its options
     */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        Supplier<Callable<Integer>> example = args.length == 0 ? null : EXAMPLES.get(args[0]);
        if (example == null) {
            System.err.println((args.length == 0 ? "No example is named" : "There is no example \"" + args[0] + "\"")
                    + ": choose one with -Dexample=NAME, where NAME is one of " + EXAMPLES.keySet());
            return CommandLine.ExitCode.USAGE;
        }
        return new CommandLine(example.get())
                .setCaseInsensitiveEnumValuesAllowed(true)
                // A prompt may begin with @.
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((refused, given) -> {
                    System.err.println(String.valueOf(refused.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                            + hint(refused));
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(Arrays.copyOfRange(args, 1, args.length));
    }

    /** Words that belong to no option are mostly the rest of a value that has blanks in it. */
    private static String hint(CommandLine.ParameterException refused) {
        boolean words =
                refused instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.isUnknownOption();
        return words
                ? "; a value with blanks in it needs quotes: -Dargs=\"--prompt 'Once upon a time'\""
                : "; --help lists the options";
    }
}
