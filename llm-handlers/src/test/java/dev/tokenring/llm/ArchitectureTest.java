package dev.tokenring.llm;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rooms of this module, and the one direction in which they may know each other: engine knows constraint and model,
 * constraint knows model, and none knows more of the face than its values. Each rule is also held against a class of the package {@code violations} that breaks
 * it, to show that it can fail.
 */
class ArchitectureTest {
    private static final String FACE = "dev.tokenring.llm";
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(FACE);
    private static final JavaClasses VIOLATIONS = new ClassFileImporter().importPackages(FACE + ".violations");

    enum Rule {
        MODEL_KNOWS_NO_ENGINE("BreaksModel.knowsEngine", room("model"), resideInAnyPackage(FACE + ".engine..")),
        MODEL_KNOWS_NO_CONSTRAINT(
                "BreaksModel.knowsConstraints", room("model"), resideInAnyPackage(FACE + ".constraint..")),
        CONSTRAINT_KNOWS_ONLY_MODEL(
                "BreaksConstraint.knowsTheFace",
                room("constraint"),
                resideInAnyPackage(FACE).or(resideInAnyPackage(FACE + ".engine.."))),
        ROOMS_KNOW_NOTHING_THAT_USES_THEM(
                "BreaksEngine.knowsTheFace",
                room("model").or(room("engine")),
                belongToAnyOf(
                        LanguageModel.class,
                        GenerationHandler.class,
                        ChatHandler.class,
                        ChatWindow.class,
                        Lifetime.class)),
        ROOMS_KNOW_NO_BUS(
                "BreaksEngine.knowsTheBus",
                room("model").or(room("engine")),
                resideInAnyPackage("dev.tokenring.bus..")),
        ONLY_THE_ENGINE_RUNS_MODELS(
                "BreaksModel.runsAModel",
                DescribedPredicate.not(room("engine")),
                resideInAnyPackage("ai.djl.engine..", "ai.djl.ndarray..", "ai.djl.nn..", "ai.djl.pytorch..")),
        ONLY_MODEL_WRITES_TEMPLATES(
                "BreaksEngine.writesTemplates",
                DescribedPredicate.not(room("model")),
                resideInAnyPackage("com.hubspot.."));

        private final String caught;
        private final DescribedPredicate<JavaClass> who;
        private final DescribedPredicate<JavaClass> whom;

        Rule(String caught, DescribedPredicate<JavaClass> who, DescribedPredicate<JavaClass> whom) {
            this.caught = caught;
            this.who = who;
            this.whom = whom;
        }

        List<String> violationsIn(JavaClasses classes) {
            return noClasses()
                    .that(who)
                    .should()
                    .dependOnClassesThat(whom)
                    .evaluate(classes)
                    .getFailureReport()
                    .getDetails();
        }
    }

    /** A room, or its counterpart among the violations. */
    private static DescribedPredicate<JavaClass> room(String name) {
        return resideInAnyPackage(FACE + "." + name + "..", FACE + ".violations." + name + "..");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void theModuleKeepsTheRule(Rule rule) {
        assertThat(rule.violationsIn(MODULE)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void theRuleCatchesAViolation(Rule rule) {
        assertThat(rule.violationsIn(VIOLATIONS))
                .anySatisfy(found -> assertThat(found).contains(rule.caught));
    }

    /** Whole names, so that a satellite which is not on the class path would be found too. */
    @Test
    void noSatelliteKnowsAnother() {
        assertThat(MODULE.stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .map(dependency -> dependency.getTargetClass().getPackageName())
                        .filter(name -> name.startsWith("dev.tokenring."))
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "dev.tokenring.bus", FACE, FACE + ".model", FACE + ".constraint", FACE + ".engine");
    }

    @Test
    void everyRoomIsThereAndNoOther() {
        assertThat(MODULE.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(FACE, FACE + ".model", FACE + ".constraint", FACE + ".engine");
    }
}
