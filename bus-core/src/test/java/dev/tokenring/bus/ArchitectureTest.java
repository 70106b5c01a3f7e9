package dev.tokenring.bus;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rooms of the core, and the one direction in which they may know each other. Each rule is also held against a class
 * of the package {@code violations} that breaks it, to show that it can fail.
 */
class ArchitectureTest {
    private static final String FACE = "dev.tokenring.bus";
    private static final List<String> ROOMS =
            List.of("ring", "dispatch", "request", "failure", "inspect", "thread", "time", "spi");
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(FACE);

    enum Rule {
        RING_KNOWS_NO_OTHER_ROOM("BreaksRing.knowsAnotherRoom", room("ring"), rooms("dispatch", "request", "failure")),
        DISPATCH_KNOWS_RING_AND_FAILURE_ONLY("BreaksDispatch.knowsRequests", room("dispatch"), rooms("request")),
        REQUEST_KNOWS_NO_OTHER_ROOM(
                "BreaksRequest.knowsAnotherRoom", room("request"), rooms("ring", "dispatch", "failure")),
        FAILURE_KNOWS_NO_OTHER_ROOM(
                "BreaksFailure.knowsAnotherRoom", room("failure"), rooms("ring", "dispatch", "request")),
        INSPECT_KNOWS_NO_OTHER_ROOM(
                "BreaksInspect.knowsAnotherRoom",
                room("inspect"),
                rooms("ring", "dispatch", "request", "failure", "time")),
        SPI_KNOWS_THE_FACE_ONLY(
                "BreaksSpi.knowsARoom",
                room("spi"),
                rooms("ring", "dispatch", "request", "failure", "inspect", "thread", "time")),
        NO_ROOM_KNOWS_THE_MACHINERY_OF_THE_FACE(
                "BreaksRing.knowsTheMachineryOfTheFace",
                rooms(ROOMS.toArray(String[]::new)),
                face(
                        "Bus",
                        "Publisher",
                        "Subscription",
                        "Lifecycle",
                        "Services",
                        "Subscribing",
                        "Channel",
                        "Responder")),
        ONLY_RING_TOUCHES_DISRUPTOR(
                "BreaksDispatch.touchesDisruptor", not(room("ring")), resideInAnyPackage("com.lmax.disruptor.."));

        private final String caught;
        private final DescribedPredicate<JavaClass> who;
        private final DescribedPredicate<JavaClass> whom;

        Rule(String caught, DescribedPredicate<JavaClass> who, DescribedPredicate<JavaClass> whom) {
            this.caught = caught;
            this.who = who;
            this.whom = whom;
        }

        EvaluationResult evaluate(JavaClasses classes) {
            ArchRule rule = noClasses().that(who).should().dependOnClassesThat(whom);
            return rule.evaluate(classes);
        }
    }

    /** A room, or its counterpart among the violations. */
    private static DescribedPredicate<JavaClass> room(String name) {
        return resideInAnyPackage(FACE + "." + name + "..", FACE + ".violations." + name + "..");
    }

    private static DescribedPredicate<JavaClass> face(String... names) {
        Set<String> fullNames =
                Arrays.stream(names).map(name -> FACE + "." + name).collect(Collectors.toSet());
        return describe("one of " + fullNames, candidate -> fullNames.contains(candidate.getName()));
    }

    private static DescribedPredicate<JavaClass> rooms(String... names) {
        return resideInAnyPackage(Arrays.stream(names)
                .flatMap(name -> Set.of(FACE + "." + name + "..", FACE + ".violations." + name + "..").stream())
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void coreKeepsTheRule(Rule rule) {
        assertThat(rule.evaluate(CORE).getFailureReport().getDetails()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void ruleCatchesAViolation(Rule rule) {
        JavaClasses violations = new ClassFileImporter().importPackages(FACE + ".violations");
        assertThat(rule.evaluate(violations).getFailureReport().getDetails())
                .isNotEmpty()
                .allSatisfy(violation -> assertThat(violation).contains(rule.caught));
    }

    @Test
    void everyRoomIsThereAndNoOther() {
        Set<String> packages = CORE.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        assertThat(packages)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of(FACE), ROOMS.stream().map(room -> FACE + "." + room))
                                .toList());
    }

    @Test
    void moduleShowsItsFaceAndWhatOthersImplementAndNothingElse() throws Exception {
        Path classes = Path.of(
                Bus.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        ModuleDescriptor module;
        try (InputStream descriptor = Files.newInputStream(classes.resolve("module-info.class"))) {
            module = ModuleDescriptor.read(descriptor);
        }
        assertThat(module.name()).isEqualTo(FACE);
        assertThat(module.exports())
                .allSatisfy(export -> assertThat(export.isQualified()).isFalse())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(FACE, FACE + ".spi");
        assertThat(module.opens()).isEmpty();
        assertThat(module.requires())
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder("java.base", "jdk.jfr", "org.jspecify", "com.lmax.disruptor");
    }
}
