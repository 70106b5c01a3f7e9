package dev.tokenring.benchmarks.generation.sweep;

import static java.util.Objects.requireNonNull;

import dev.tokenring.benchmarks.generation.sweep.Round.OneRun;
import dev.tokenring.benchmarks.measure.Json;
import dev.tokenring.benchmarks.measure.Jvm;
import dev.tokenring.bus.AsyncHandler;
import dev.tokenring.bus.Bus;
import dev.tokenring.bus.Service;
import dev.tokenring.llm.EngineOptions;
import dev.tokenring.llm.Generation;
import dev.tokenring.llm.GenerationHandler;
import dev.tokenring.llm.GenerationOptions;
import dev.tokenring.llm.LanguageModel;
import dev.tokenring.llm.ModelOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One JVM of a {@link GenerationSweep}: one model, and before it a service for each policy, of which one is asked at a time. */
final class SweepRun {
    private static final long ENDLESS_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long WARMUP_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CALIBRATION_NS = TimeUnit.SECONDS.toNanos(3);
    private static final int CALIBRATION_ANSWERS = 20;
    private static final int MANY = 1000;
    private static final long SETTLING_NS = TimeUnit.SECONDS.toNanos(1);

    private final Plan plan;
    private final Bus bus;
    private final Map<Policy, Service<Arrival, Generation>> services = new EnumMap<>(Policy.class);

    private SweepRun(Plan plan, Bus bus, LanguageModel model) {
        this.plan = plan;
        this.bus = bus;
        AsyncHandler<Arrival, Generation> engine = GenerationHandler.of(
                model,
                arrival -> arrival.prompt(model.vocabularySize()),
                arrival -> GenerationOptions.GREEDY.withMaxTokens(arrival.newTokens()),
                (piece, headers) -> piece);
        for (Policy policy : Policy.values()) {
            Service<Arrival, Generation> service =
                    Service.of(policy.name().toLowerCase(Locale.ROOT), Arrival.class, Generation.class);
            bus.serveAsync(service, policy.before(engine));
            services.put(policy, service);
        }
    }

    /** Measures in a new JVM. */
    static Round inJvmOfItsOwn(Plan plan) {
        return Jvm.run(SweepRun.class, plan, Round.class);
    }

    /**
     * Measures, and prints the result for the JVM that started this one.
     *
     * @param args a {@link Plan} as JSON
     */
    public static void main(String[] args) throws InterruptedException {
        Plan plan = Json.parse(args[0], Plan.class);
        ModelOptions options = ModelOptions.DEFAULT.withPrecision(plan.precision());
        EngineOptions sharing =
                EngineOptions.DEFAULT.withMaxBatchSize(Policy.TOGETHER).withQueueLimit(Policy.WAITING);
        try (LanguageModel model = LanguageModel.load(plan.model().folder(), options, sharing);
                Bus bus = Bus.open()) {
            System.out.println(Json.line(new SweepRun(plan, bus, model).measure()));
        }
    }

    private Round measure() throws InterruptedException {
        double whenCold = answersPerS(WARMUP_NS, 1);
        at(Collections.max(plan.times()) * whenCold, Policy.CONTINUOUS, WARMUP_NS, plan.limits(whenCold));
        double answersPerS =
                plan.answersPerS() > 0 ? plan.answersPerS() : answersPerS(CALIBRATION_NS, CALIBRATION_ANSWERS);
        Limits limits = plan.limits(answersPerS);

        List<OneRun> runs = new ArrayList<>();
        for (double times : inTurn(plan.times())) {
            for (Policy policy : inTurn(List.of(Policy.values()))) {
                // At first the queues are shorter than they will be, for as long as an answer may take.
                long fromNs = Math.max(limits.answerNs(), SETTLING_NS);
                double ratePerS = times * answersPerS;
                long toNs = fromNs + (long) (TimeUnit.SECONDS.toNanos(1) * plan.secondsAt(ratePerS));
                List<Answer> answers = at(ratePerS, policy, toNs, limits);
                runs.add(new OneRun(policy, times, Served.of(answers, fromNs, toNs, limits)));
            }
        }
        return new Round(answersPerS, limits, runs);
    }

    private <T> List<T> inTurn(List<T> each) {
        List<T> turns = new ArrayList<>(each);
        if (plan.backwards()) {
            Collections.reverse(turns);
        }
        return turns;
    }

    private List<Answer> at(double ratePerS, Policy policy, long spanNs, Limits limits) throws InterruptedException {
        return asking(policy, limits.answerNs()).ask(plan.workload().at(ratePerS, spanNs));
    }

    /** How many requests are answered in a second if each is made when the one before is answered. */
    private double answersPerS(long leastNs, int leastAnswers) throws InterruptedException {
        OpenLoop<Generation> caller = asking(Policy.ONE_AT_A_TIME, ENDLESS_NS);
        List<Arrival> arrivals = plan.workload().first(MANY);
        int answered = 0;
        long startNs = System.nanoTime();
        long tookNs = 0;
        while (tookNs < leastNs || answered < leastAnswers) {
            caller.ask(List.of(arrivals.get(answered % MANY)));
            answered++;
            tookNs = System.nanoTime() - startNs;
        }
        return answered * 1e9 / tookNs;
    }

    private OpenLoop<Generation> asking(Policy policy, long answerNs) {
        return new OpenLoop<>(bus, requireNonNull(services.get(policy)), answerNs, piece -> piece.tokenIds()
                .size());
    }
}
