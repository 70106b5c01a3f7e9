package dev.tokenring.benchmarks.generation;

import dev.tokenring.llm.Precision;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** In which numbers a GGUF file holds a model's matrices. What they are and how they are numbered: {@link GgufWriter}. */
enum GgufType {
    F32(0, 0, 1, Float.BYTES) {
        @Override
        void encodeBlock(float[] block, ByteBuffer out) {
            out.putFloat(block[0]);
        }
    },

    F16(1, 1, 1, Short.BYTES) {
        @Override
        void encodeBlock(float[] block, ByteBuffer out) {
            out.putShort(half(block[0]));
        }
    },

    /** Blocks of 32 whole numbers from -127 to 127, and before each the number, in 16 bits, that they are multiples of. */
    Q8_0(8, 7, 32, Short.BYTES + 32) {
        @Override
        void encodeBlock(float[] block, ByteBuffer out) {
            float most = 0;
            for (float value : block) {
                most = Math.max(most, Math.abs(value));
            }
            float unit = most / Byte.MAX_VALUE;
            out.putShort(half(unit));
            for (float value : block) {
                out.put((byte) (unit == 0 ? 0 : Math.round(value / unit)));
            }
        }
    };

    private final int id;
    private final int fileType;
    private final int blockLength;
    private final int blockBytes;

    GgufType(int id, int fileType, int blockLength, int blockBytes) {
        this.id = id;
        this.fileType = fileType;
        this.blockLength = blockLength;
        this.blockBytes = blockBytes;
    }

    /** What takes as many bits as this project's engine does. */
    static GgufType like(Precision precision) {
        return switch (precision) {
            case BF16, FP16 -> F16;
            case INT8 -> Q8_0;
            case AUTO, FP32 -> F32;
        };
    }

    abstract void encodeBlock(float[] block, ByteBuffer out);

    /** How a tensor's entry names it. */
    int id() {
        return id;
    }

    /** How {@code general.file_type} names it. */
    int fileType() {
        return fileType;
    }

    /** What so many numbers take. */
    long sizeBytes(long numbers) {
        if (numbers % blockLength != 0) {
            throw new IllegalArgumentException(numbers + " numbers are no whole blocks of " + blockLength
                    + ": take another width, or another type");
        }
        return numbers / blockLength * blockBytes;
    }

    /** Writes all numbers that remain. */
    void encode(FloatBuffer numbers, ByteBuffer out) {
        float[] block = new float[blockLength];
        while (numbers.hasRemaining()) {
            numbers.get(block);
            encodeBlock(block, out);
        }
    }

    /** The nearest number of 16 bits; of two that are as near, the even one. (Java has it from 20 on.) */
    static short half(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude >= 0x4780_0000) {
            return (short) (sign | 0x7c00); // 65536 and more: infinite
        }
        if (magnitude < 0x3880_0000) {
            return (short) (sign | (int) Math.rint(Math.abs(value) * 0x1p24)); // a multiple of the smallest
        }
        int rounded = magnitude + 0x0fff + ((magnitude >>> 13) & 1);
        return (short) (sign | ((rounded - 0x3800_0000) >>> 13));
    }
}
