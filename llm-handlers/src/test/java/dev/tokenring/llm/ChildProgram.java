package dev.tokenring.llm;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a child JVM does with the house model. It prints nothing but lines of its own, which the tests look for; whatever
 * a library prints is then seen.
 */
final class ChildProgram {
    private static final String PROMPT = "<|user|>I need a table for two tonight.<|agent|>";
    private static final AtomicInteger ATTEMPTS = new AtomicInteger();

    private ChildProgram() {}

    /** Runs what the argument names. */
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "offline" -> offline();
            case "manyAnswers" -> manyAnswers();
            case "loadAndClose" -> loadAndClose();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    @SuppressWarnings("deprecation") // The factory has no successor, and sees every socket.
    private static void offline() throws IOException {
        Socket.setSocketImplFactory(() -> {
            ATTEMPTS.incrementAndGet();
            throw new IllegalStateException("no sockets here");
        });
        ProxySelector.setDefault(new CountingSelector());
        List<Integer> first;
        try (LanguageModel model = LanguageModel.load(HouseModel.FOLDER)) {
            first = answer(model, 17, 16);
        } catch (ModelLoadException e) {
            first = List.of();
        }
        System.out.println("answer " + first);
        System.out.println("attempts " + ATTEMPTS);
        System.out.println("tracking off " + System.getProperty("OPT_OUT_TRACKING"));
        System.out.println("offline " + System.getProperty("ai.djl.offline"));
    }

    private static void manyAnswers() throws IOException {
        try (LanguageModel model = LanguageModel.load(HouseModel.FOLDER)) {
            // More than the sequences whose caches are kept for those that begin alike.
            for (int seed = 0; seed < 100; seed++) {
                answer(model, seed, 16);
            }
            System.out.println("anonymous " + statusKiB("RssAnon:"));
            System.out.println("resident " + statusKiB("VmRSS:"));
            long before = statusKiB("RssAnon:");
            for (int seed = 100; seed < 250; seed++) {
                answer(model, seed, 16);
            }
            System.out.println("growth " + (statusKiB("RssAnon:") - before));
        }
    }

    private static void loadAndClose() throws IOException {
        for (int i = 0; i < 4; i++) {
            useOnce();
        }
        long before = statusKiB("RssAnon:");
        for (int i = 0; i < 12; i++) {
            useOnce();
        }
        System.out.println("growth " + (statusKiB("RssAnon:") - before));
    }

    private static void useOnce() {
        try (LanguageModel model = LanguageModel.load(HouseModel.FOLDER)) {
            answer(model, 1, 2);
        }
    }

    private static List<Integer> answer(LanguageModel model, long seed, int tokens) {
        GenerationOptions options = model.defaults()
                .withEndTokens(Set.of())
                .withMaxTokens(tokens)
                .withTemperature(1)
                .withSeed(seed);
        return model.generate(model.tokenize(PROMPT), options, piece -> {}, () -> false)
                .tokenIds();
    }

    private static long statusKiB(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Asked for each URL that anybody opens. */
    private static final class CountingSelector extends ProxySelector {
        @Override
        public List<Proxy> select(URI uri) {
            ATTEMPTS.incrementAndGet();
            return List.of(Proxy.NO_PROXY);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {
            ATTEMPTS.incrementAndGet();
        }
    }
}
