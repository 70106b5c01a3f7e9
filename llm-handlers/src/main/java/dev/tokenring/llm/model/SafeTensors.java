package dev.tokenring.llm.model;

import dev.tokenring.llm.ModelLoadException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a model: {@code model.safetensors}, or the shards that {@code model.safetensors.index.json} names. Every
 * header is checked against its file, and the index against the headers, before a tensor is read; tensors are mapped, not
 * copied. For one thread.
 */
public final class SafeTensors implements AutoCloseable {
    static final String FILE = "model.safetensors";

    private final Path file;
    private final Map<String, SafeTensorsFile> shardByTensor;
    private final List<SafeTensorsFile> shards;

    /** The number formats that models come in. */
    public enum Format {
        F32(4),
        F16(2),
        BF16(2);

        private final int sizeBytes;

        Format(int sizeBytes) {
            this.sizeBytes = sizeBytes;
        }

        /** The bytes of one number. */
        int sizeBytes() {
            return sizeBytes;
        }
    }

    /** A tensor that can be a weight, and where its bytes lie in its file. */
    public record Tensor(String name, Format format, List<Long> shape, long offset, long sizeBytes) {
        /** How many numbers it has. */
        public long size() {
            return sizeBytes / format.sizeBytes;
        }
    }

    private SafeTensors(Path file, Map<String, SafeTensorsFile> shardByTensor, List<SafeTensorsFile> shards) {
        this.file = file;
        this.shardByTensor = shardByTensor;
        this.shards = shards;
    }

    /** Opens the weights of a folder. Where it has both, the one file counts, not the index. */
    static SafeTensors open(Path folder) {
        Path single = folder.resolve(FILE);
        return Files.exists(single) ? openSingle(single) : openShards(folder.resolve(ShardIndex.FILE));
    }

    private static SafeTensors openSingle(Path file) {
        SafeTensorsFile opened = SafeTensorsFile.open(file);
        var shardByTensor = new HashMap<String, SafeTensorsFile>();
        opened.names().forEach(name -> shardByTensor.put(name, opened));
        return new SafeTensors(file, shardByTensor, List.of(opened));
    }

    private static SafeTensors openShards(Path index) {
        Map<String, Path> pathByTensor = ShardIndex.read(index);
        var shards = new LinkedHashMap<Path, SafeTensorsFile>();
        var shardByTensor = new HashMap<String, SafeTensorsFile>();
        var weights = new SafeTensors(index, shardByTensor, new ArrayList<>());
        try {
            pathByTensor.forEach((name, path) -> {
                SafeTensorsFile shard = shards.get(path);
                if (shard == null) {
                    shard = SafeTensorsFile.open(path);
                    shards.put(path, shard);
                    weights.shards.add(shard);
                }
                if (shard.entry(name) == null) {
                    throw new ModelLoadException(path + " has no tensor " + name + ", which " + index
                            + " says is there: take the index and all shards of one model");
                }
                shardByTensor.put(name, shard);
            });
            return weights;
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /** The file that names the tensors: the only one, or the index. */
    public Path file() {
        return file;
    }

    /** The tensors that stand for these weights, in their order; each has the shape and a type that is asked for. */
    public List<Tensor> findAll(List<WeightSpec> weights) {
        var found = new ArrayList<Tensor>();
        weights.forEach(weight -> found.add(find(weight)));
        return found;
    }

    private Tensor find(WeightSpec weight) {
        String name = weight.names().stream()
                .filter(shardByTensor::containsKey)
                .findFirst()
                .orElseThrow(() -> new ModelLoadException(file + " has no tensor "
                        + String.join(" or ", weight.names())
                        + ", which config.json asks for: take the config.json and the weights of one model"));
        SafeTensorsFile shard = Objects.requireNonNull(shardByTensor.get(name));
        SafeTensorsFile.Entry tensor = Objects.requireNonNull(shard.entry(name));
        if (!tensor.shape().equals(weight.shape())) {
            throw new ModelLoadException(shard.file() + ": tensor " + tensor.name() + " has the shape " + tensor.shape()
                    + " where config.json asks for " + weight.shape()
                    + ": take the config.json and the weights of one model");
        }
        @Nullable Format format = tensor.format();
        if (format == null) {
            throw new ModelLoadException(shard.file() + ": tensor " + tensor.name() + " is of type " + tensor.dtype()
                    + ", which is not supported: take weights in F32, F16 or BF16");
        }
        return new Tensor(tensor.name(), format, tensor.shape(), tensor.offset(), tensor.sizeBytes());
    }

    /** Maps a part of a tensor. The bytes stay valid after this object is closed, while the buffer is referenced. */
    public ByteBuffer map(Tensor tensor, long first, int size) {
        int sizeBytes = tensor.format().sizeBytes;
        return Objects.requireNonNull(shardByTensor.get(tensor.name()))
                .map(tensor.name(), tensor.offset() + first * sizeBytes, (long) size * sizeBytes);
    }

    @Override
    public void close() {
        shards.forEach(SafeTensorsFile::close);
    }
}
