package dev.tokenring.codec;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/** Gives plain records and sealed types the annotations that {@link JsonCodec}'s rules would have them wear. */
final class MessageIntrospector extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    private static final Set<Class<?>> OPTIONALS =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
        var declared = super.findPolymorphicTypeInfo(config, annotated);
        if (declared != null || !(annotated instanceof AnnotatedClass type) || !MessageFamily.has(type.getRawType())) {
            return declared;
        }
        return JsonTypeInfo.Value.construct(
                JsonTypeInfo.Id.SIMPLE_NAME,
                JsonTypeInfo.As.PROPERTY,
                JsonCodec.MESSAGE_TYPE,
                null, // no default kind: a message of unknown kind is an error
                false, // the property is not passed on to the record
                false, // a record that is read as itself needs no kind
                null);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
        boolean declared = _hasAnnotation(annotated, JsonSubTypes.class);
        if (declared || !(annotated instanceof AnnotatedClass type) || !MessageFamily.has(type.getRawType())) {
            return super.findSubtypes(config, annotated);
        }
        var members = new ArrayList<NamedType>();
        for (Class<?> member : MessageFamily.members(type.getRawType())) {
            members.add(new NamedType(member, MessageFamily.nameOf(member)));
        }
        return members;
    }

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
        Boolean declared = super.hasRequiredMarker(config, member);
        if (declared != null) {
            return declared;
        }
        RecordComponent component = componentOf(member);
        return component == null ? null : isRequired(component);
    }

    @Override
    public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
        var declared = super.findSetterInfo(config, annotated);
        return declared.nonDefaultValueNulls() == null && refusesNull(config, annotated)
                ? declared.withValueNulls(Nulls.FAIL)
                : declared;
    }

    @Override
    public @Nullable Object findNullSerializer(MapperConfig<?> config, Annotated annotated) {
        Object declared = super.findNullSerializer(config, annotated);
        return declared == null && refusesNull(config, annotated) ? NullRefusal.INSTANCE : declared;
    }

    @Override
    public @Nullable List<PropertyName> findPropertyAliases(MapperConfig<?> config, Annotated annotated) {
        var declared = super.findPropertyAliases(config, annotated);
        if (declared != null || !(annotated instanceof AnnotatedMember member)) {
            return declared;
        }
        RecordComponent component = componentOf(member);
        if (component == null) {
            return null;
        }
        String alias = snakeCase(component.getName());
        boolean taken = Stream.of(component.getDeclaringRecord().getRecordComponents())
                .anyMatch(other -> other.getName().equals(alias));
        return taken ? null : List.of(PropertyName.construct(alias));
    }

    private boolean refusesNull(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedMember member
                && componentOf(member) != null
                && Boolean.TRUE.equals(hasRequiredMarker(config, member));
    }

    /** The record component behind a constructor parameter, an accessor or a field, or null if there is none. */
    private static @Nullable RecordComponent componentOf(AnnotatedMember member) {
        Class<?> owner = member.getDeclaringClass();
        if (!owner.isRecord()) {
            return null;
        }
        RecordComponent[] components = owner.getRecordComponents();
        if (member instanceof AnnotatedParameter parameter) {
            boolean canonical = parameter.getOwner().getParameterCount() == components.length;
            return canonical ? components[parameter.getIndex()] : null;
        }
        return Stream.of(components)
                .filter(component -> component.getName().equals(member.getName()))
                .findFirst()
                .orElse(null);
    }

    private static boolean isRequired(RecordComponent component) {
        return !OPTIONALS.contains(component.getType())
                && !hasNullable(component.getAnnotatedType())
                && !hasNullable(component.getAccessor())
                && !hasNullable(component);
    }

    private static boolean hasNullable(AnnotatedElement element) {
        for (Annotation annotation : element.getAnnotations()) {
            if (annotation.annotationType().getSimpleName().equals("Nullable")) {
                return true;
            }
        }
        return false;
    }

    /** {@code correlationId} becomes {@code correlation_id}, {@code rawURL} becomes {@code raw_url}. */
    static String snakeCase(String name) {
        var snake = new StringBuilder(name.length() + 4);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean startsWord = Character.isUpperCase(c)
                    && i > 0
                    && (!Character.isUpperCase(name.charAt(i - 1))
                            || (i + 1 < name.length() && Character.isLowerCase(name.charAt(i + 1))));
            if (startsWord && name.charAt(i - 1) != '_') {
                snake.append('_');
            }
            snake.append(Character.toLowerCase(c));
        }
        return snake.toString();
    }
}
