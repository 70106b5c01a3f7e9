package dev.tokenring.llm.model;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import dev.tokenring.llm.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code model.safetensors.index.json}: which tensor lies in which shard. What stands beside that, such as the total size,
 * is not looked at: converted checkpoints often keep a wrong one, and each shard's own header is checked in any case.
 */
final class ShardIndex {
    static final String FILE = "model.safetensors.index.json";

    private static final String COPY_AGAIN = "copy it again from where the model came from";

    private ShardIndex() {}

    /** Reads an index, and checks that the shards that it names are there. */
    static Map<String, Path> read(Path index) {
        try (JsonReader json = new JsonReader(Files.newBufferedReader(index))) {
            var pathByTensor = new LinkedHashMap<String, Path>();
            json.beginObject();
            while (json.hasNext()) {
                if (json.nextName().equals("weight_map")) {
                    readMap(json, index, pathByTensor);
                } else {
                    json.skipValue();
                }
            }
            json.endObject();
            if (pathByTensor.isEmpty()) {
                throw new ModelLoadException(index + " has no weight_map, or an empty one: " + COPY_AGAIN);
            }
            return pathByTensor;
        } catch (MalformedJsonException | JsonParseException | IllegalStateException | StackOverflowError e) {
            throw malformed(index, e);
        } catch (java.io.EOFException e) {
            throw malformed(index, e);
        } catch (IOException e) {
            throw new ModelLoadException(index + " can't be read (" + e + "): check that it is there and readable", e);
        }
    }

    private static ModelLoadException malformed(Path index, Throwable cause) {
        return new ModelLoadException(
                index + " is not a JSON object with a weight_map from tensors to files: " + COPY_AGAIN, cause);
    }

    private static void readMap(JsonReader json, Path index, Map<String, Path> pathByTensor) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            String tensor = json.nextName();
            Path shard = shard(index, tensor, json.nextString());
            if (pathByTensor.put(tensor, shard) != null) {
                throw new ModelLoadException(index + " names tensor " + tensor + " twice: " + COPY_AGAIN);
            }
        }
        json.endObject();
    }

    /** A shard lies beside its index, and nowhere else. */
    private static Path shard(Path index, String tensor, String name) {
        if (!name.matches("[\\w.-]+\\.safetensors")) {
            throw new ModelLoadException(index + " says that tensor " + tensor + " lies in \"" + name
                    + "\", which is not the name of a .safetensors file beside it: " + COPY_AGAIN);
        }
        Path shard = index.resolveSibling(name);
        if (!Files.isRegularFile(shard)) {
            throw new ModelLoadException(shard + " is not there, though " + index.getFileName() + " says that tensor "
                    + tensor + " lies in it: take all shards of the model");
        }
        return shard;
    }
}
