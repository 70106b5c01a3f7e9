package dev.tokenring.llm.engine;

import ai.djl.Device;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.Precision;

/**
 * With which numbers a program computes, and how it multiplies by a matrix: on each device the way that was fastest there
 * (decision 5).
 */
enum Arithmetic {
    /**
     * Matrices lie as [in, out], for which PyTorch's product of few rows is fastest. An embedding that is also the head
     * lies as [out, in], and is multiplied from the left.
     */
    FP32(Numbers.FLOAT32, Numbers.FLOAT32, """
              def linear(self: __torch__.Program, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                return torch.addmm(b, x, w)
              def product(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
                return torch.mm(x, w)
            """),

    /**
     * One row is a product of a matrix and a vector, which reads the matrix with all threads; not so with the bias as a
     * part of it, where PyTorch takes a slow way.
     */
    BF16(Numbers.BFLOAT16, Numbers.BFLOAT16, """
              def linear(self: __torch__.Program, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                if torch.eq(torch.size(x, 0), 1):
                  y = torch.add(torch.unsqueeze(torch.mv(w, torch.select(x, 0, 0)), 0), b)
                else:
                  y = torch.linear(x, w, b)
                return y
              def product(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
                if torch.eq(torch.size(x, 0), 1):
                  y = torch.unsqueeze(torch.mv(w, torch.select(x, 0, 0)), 0)
                else:
                  y = torch.linear(x, w)
                return y
            """),

    /**
     * Each row is scaled by its own greatest number before it is rounded, so that it does not matter in which company it
     * comes; a matrix has a scale for each output.
     */
    INT8(Numbers.FLOAT32, Numbers.BFLOAT16, """
              def linear(self: __torch__.Program, x: Tensor, w: __torch__.torch.classes.quantized.LinearPackedParamsBase, b: Tensor) -> Tensor:
                greatest = torch.clamp_min(torch.amax(torch.abs(x), [1], True), 1.0E-20)
                y = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(torch.div(x, greatest), 0.007874015748031496, 128, w)
                return torch.addcmul(b, y, greatest)
              def product(self: __torch__.Program, x: Tensor, w: __torch__.torch.classes.quantized.LinearPackedParamsBase) -> Tensor:
                greatest = torch.clamp_min(torch.amax(torch.abs(x), [1], True), 1.0E-20)
                y = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(torch.div(x, greatest), 0.007874015748031496, 128, w)
                return torch.mul_(y, greatest)
            """),

    GPU_FP32(Numbers.FLOAT32, Numbers.FLOAT32, Texts.LIBRARY),
    GPU_BF16(Numbers.BFLOAT16, Numbers.BFLOAT16, Texts.LIBRARY),
    GPU_FP16(Numbers.FLOAT16, Numbers.FLOAT16, Texts.LIBRARY);

    /** Number formats, by their code in PyTorch. */
    enum Numbers {
        FLOAT32(6, 4),
        FLOAT16(5, 2),
        BFLOAT16(15, 2);

        private final int code;
        private final int sizeBytes;

        Numbers(int code, int sizeBytes) {
            this.code = code;
            this.sizeBytes = sizeBytes;
        }

        int code() {
            return code;
        }

        int sizeBytes() {
            return sizeBytes;
        }
    }

    private static final class Texts {
        private static final String LIBRARY = """
                  def linear(self: __torch__.Program, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                    return torch.linear(x, w, b)
                  def product(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
                    return torch.linear(x, w)
                """;
    }

    private final Numbers activations;
    private final Numbers cached;
    private final String methods;

    Arithmetic(Numbers activations, Numbers cached, String methods) {
        this.activations = activations;
        this.cached = cached;
        this.methods = methods.indent(0);
    }

    static Arithmetic of(Precision precision, Device device) {
        boolean gpu = device.isGpu();
        return switch (precision) {
            case AUTO -> gpu ? GPU_BF16 : FP32;
            case FP32 -> gpu ? GPU_FP32 : FP32;
            case BF16 -> gpu ? GPU_BF16 : BF16;
            case FP16 -> {
                if (!gpu) {
                    throw new ModelLoadException(
                            "precision is FP16, which is for GPUs, but the device is the CPU: choose BF16, INT8 or FP32");
                }
                yield GPU_FP16;
            }
            case INT8 -> {
                if (gpu) {
                    throw new ModelLoadException(
                            "precision is INT8, which is for the CPU, but the device is a GPU: choose BF16, FP16 or FP32");
                }
                yield INT8;
            }
        };
    }

    /** The methods {@code linear} and {@code product}, of rows with a matrix, with and without a bias. */
    String methods() {
        return methods;
    }

    /** Of what goes from operation to operation. */
    Numbers activations() {
        return activations;
    }

    /** Of the keys and values that are kept. */
    Numbers cached() {
        return cached;
    }

    /** Whether a matrix has a row for each input. */
    boolean storesInOut() {
        return this == FP32;
    }

    /** Whether matrices are rounded and packed, so that nothing else can be done with them. */
    boolean packs() {
        return this == INT8;
    }
}
