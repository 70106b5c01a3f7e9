package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.Precision;
import java.nio.file.Path;
import java.util.List;

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

    /** Matrices lie as oneDNN reads them fastest when there are few rows, so that a product does not arrange them first. */
    BF16(Numbers.BFLOAT16, Numbers.BFLOAT16, """
              def pack(self: __torch__.Program, weight: Tensor) -> Tensor:
                w = ops.mkldnn._reorder_linear_weight(torch.to(weight, 15), 16)
                _0 = torch.append(self.w, w)
                return torch.to(self.product(torch.zeros([1, torch.size(weight, 1)], dtype=15), w), 6)
              def linear(self: __torch__.Program, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                return ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "")
              def product(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
                return ops.mkldnn._linear_pointwise(x, w, None, "none", annotate(List[Optional[number]], []), "")
            """),

    /**
     * Where oneDNN does not compute with bfloat16, or is not there. One row is a product of a matrix and a vector, which
     * reads the matrix with all threads; not so with the bias as a part of it, where PyTorch takes a slow way.
     */
    PLAIN_BF16(Numbers.BFLOAT16, Numbers.BFLOAT16, """
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
              def pack(self: __torch__.Program, weight: Tensor) -> Tensor:
                scales = torch.clamp_min(torch.div(torch.amax(torch.abs(weight), [1]), 127.), 1.0E-20)
                rounded = torch.quantize_per_channel(weight, scales, torch.zeros([torch.size(weight, 0)], dtype=4), 0, 12)
                _0 = torch.append(self.k, ops.quantized.linear_prepack(rounded, None))
                return scales
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

    private static final int TRIED = 64;

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
            case BF16 -> gpu ? GPU_BF16 : BF16.isSupported() ? BF16 : PLAIN_BF16;
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

    /** Whether matrices are packed, by a method {@code pack}, so that nothing else can be done with them. */
    boolean packs() {
        return this == INT8 || this == BF16;
    }

    /** The list in which packed matrices lie. */
    String packedList() {
        return this == INT8 ? "k" : "w";
    }

    /** Whether this build of PyTorch can do so on this processor: a matrix is packed and multiplied. */
    private boolean isSupported() {
        Program program = Program.of("    return [tokens]\n", List.of(), this);
        try (TorchModule module = TorchModule.load(program.code(), Device.cpu(), Path.of("a matrix"));
                NDManager scope = module.manager().newSubManager()) {
            module.call(scope, "pack", scope.ones(new Shape(TRIED, TRIED)));
            return true;
        } catch (ModelLoadException | EngineException notHere) {
            return false;
        }
    }
}
