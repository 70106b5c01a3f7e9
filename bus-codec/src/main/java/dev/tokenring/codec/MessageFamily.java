package dev.tokenring.codec;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The members of a sealed type, and the name of each in the property {@value JsonCodec#MESSAGE_TYPE}. */
final class MessageFamily {
    private MessageFamily() {}

    /** Whether values of this type tell their kind: it is sealed, or stands below a type that is. */
    static boolean has(Class<?> type) {
        // an enum whose constants have bodies is sealed too, but is written as a string; so are the JDK's own types
        if (type.isEnum() || type.isPrimitive() || type.isArray() || ofTheJdk(type)) {
            return false;
        }
        return type.isSealed() || supertypes(type).anyMatch(MessageFamily::has);
    }

    /** The concrete types that can stand where this type is declared. */
    static List<Class<?>> members(Class<?> type) {
        var members = new ArrayList<Class<?>>();
        collect(type, members);
        return members;
    }

    static String nameOf(Class<?> member) {
        var annotation = member.getAnnotation(JsonTypeName.class);
        return annotation == null || annotation.value().isEmpty() ? member.getSimpleName() : annotation.value();
    }

    /** The names of all members, in alphabetical order, for a message to a person. */
    static String namesOf(Class<?> type) {
        var names = new TreeSet<String>();
        members(type).forEach(member -> names.add(nameOf(member)));
        return String.join(", ", names);
    }

    /** Refuses a family whose members could not be told apart. */
    static void check(Class<?> type) {
        if (!has(type)) {
            return;
        }
        var memberOfName = new TreeMap<String, Class<?>>();
        for (Class<?> member : members(type)) {
            if (member.isEnum()) {
                throw new IllegalArgumentException(member.getName() + " is an enum, which cannot carry the property "
                        + JsonCodec.MESSAGE_TYPE + ": make it a record that holds the constant");
            }
            String name = nameOf(member);
            Class<?> other = memberOfName.put(name.toLowerCase(Locale.ROOT), member);
            if (other != null) {
                throw new IllegalArgumentException(other.getName() + " and " + member.getName()
                        + " would both be written as " + JsonCodec.MESSAGE_TYPE + " \"" + name
                        + "\": give one of them another name with @JsonTypeName");
            }
        }
    }

    private static void collect(Class<?> type, List<Class<?>> members) {
        if (!Modifier.isAbstract(type.getModifiers()) && !members.contains(type)) {
            members.add(type);
        }
        if (type.isSealed() && !type.isEnum()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, members);
            }
        }
    }

    private static Stream<Class<?>> supertypes(Class<?> type) {
        return Stream.concat(Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()));
    }

    private static boolean ofTheJdk(Class<?> type) {
        return type.getPackageName().startsWith("java.");
    }
}
