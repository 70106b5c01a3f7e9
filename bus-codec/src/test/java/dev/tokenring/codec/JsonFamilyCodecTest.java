package dev.tokenring.codec;

import java.util.List;

/** The codec contract for JSON of a sealed family that has itself as a part. */
class JsonFamilyCodecTest extends CodecContract<JsonFamilyCodecTest.Shape> {
    sealed interface Shape permits Round, Many {}

    sealed interface Round extends Shape {}

    record Circle(double radius) implements Round {}

    record Ball(double radius, String material) implements Round {}

    record Many(List<Shape> shapes, Round favourite) implements Shape {}

    private static final Codec<Shape> CODEC = JsonCodec.of(Shape.class);

    @Override
    Codec<Shape> codec() {
        return CODEC;
    }

    @Override
    List<Shape> messages() {
        return List.of(
                new Circle(1),
                new Ball(2.5, "felt"),
                new Many(List.of(new Ball(0, ""), new Many(List.of(), new Circle(3))), new Circle(4)));
    }
}
