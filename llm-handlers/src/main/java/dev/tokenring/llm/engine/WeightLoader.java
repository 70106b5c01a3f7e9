package dev.tokenring.llm.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tokenring.llm.model.SafeTensors;
import dev.tokenring.llm.model.SafeTensors.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Copies weights, slice by slice, into memory of PyTorch's own. It must be a copy: PyTorch does not keep a mapped file
 * alive, and a file that changes can't hurt a copy. Beside what the program keeps, no more than one weight, as float32, and
 * one slice take memory at a time.
 */
final class WeightLoader {
    private static final int SLICE_SIZE = 1 << 22;

    private final TorchModule module;
    private final Arithmetic arithmetic;
    private final SafeTensors weights;

    WeightLoader(TorchModule module, Arithmetic arithmetic, SafeTensors weights) {
        this.module = module;
        this.arithmetic = arithmetic;
        this.weights = weights;
    }

    void load(StoredWeight weight) {
        boolean matrix = weight.use() == StoredWeight.Use.MATRIX;
        boolean inOut = matrix && arithmetic.storesInOut();
        try (NDManager scratch = module.manager().newSubManager()) {
            long[] shape = weight.shape();
            NDArray stored = scratch.create(inOut ? new Shape(shape[1], shape[0]) : new Shape(shape), DataType.FLOAT32);
            NDArray rows = inOut ? stored.transpose() : stored;
            long row = 0;
            for (StoredWeight.Part part : weight.parts()) {
                NDArray place = rows.get(new NDIndex(row + ":" + (row + part.rows())));
                fill(
                        part.transposed() ? place.transpose() : place,
                        weights.findAll(List.of(part.weight())).get(0));
                row += part.rows();
            }
            if (matrix && arithmetic.packs()) {
                module.call(scratch, "pack", stored);
            } else {
                module.call(scratch, "keep", stored, scratch.create((long)
                        number(weight).code()));
            }
        }
    }

    /** Tables take no part in the arithmetic, so that they may be as small as what is cached. */
    private Arithmetic.Numbers number(StoredWeight weight) {
        return weight.use() == StoredWeight.Use.TABLE ? arithmetic.cached() : arithmetic.activations();
    }

    private void fill(NDArray place, Tensor tensor) {
        long rows = tensor.shape().get(0);
        long rowSize = tensor.size() / rows;
        long sliceRows = Math.max(1, SLICE_SIZE / rowSize);
        for (long row = 0; row < rows; row += sliceRows) {
            try (NDManager slices = module.manager().newSubManager()) {
                long[] shape =
                        tensor.shape().stream().mapToLong(Long::longValue).toArray();
                shape[0] = Math.min(sliceRows, rows - row);
                NDArray slice = slice(slices, tensor, row * rowSize, (int) (shape[0] * rowSize), new Shape(shape));
                module.call(slices, "fill", place, slice, slices.create(row));
            }
        }
    }

    private NDArray slice(NDManager slices, Tensor tensor, long at, int size, Shape shape) {
        ByteBuffer stored = weights.map(tensor, at, size);
        return switch (tensor.format()) {
            case F32 -> slices.create(stored, shape, DataType.FLOAT32);
            case F16 -> slices.create(stored, shape, DataType.FLOAT16);
            case BF16 -> slices.create(widened(stored, size), shape, DataType.FLOAT32);
        };
    }

    /** A bfloat16 is the upper half of a float32. DJL has no arrays of them: its native code ends the process there. */
    private static ByteBuffer widened(ByteBuffer stored, int size) {
        ByteBuffer wide = ByteBuffer.allocateDirect(size * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < size; i++) {
            wide.putInt(i * Float.BYTES, stored.getShort(i * Short.BYTES) << Short.SIZE);
        }
        return wide;
    }
}
