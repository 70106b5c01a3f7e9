package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import dev.tokenring.llm.ModelLoadException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A TorchScript module in PyTorch's memory, whose methods can be called. For one thread at a time. */
final class TorchModule implements AutoCloseable {
    private final Model model;
    private final NDManager manager;
    private final ParameterStore noParameters;

    private TorchModule(Model model) {
        this.model = model;
        this.manager = model.getNDManager();
        this.noParameters = new ParameterStore(manager, false);
    }

    /** Loads a program; {@code weights} is the file that it is for, to be named where that fails. */
    static TorchModule load(String code, Device device, Path weights) {
        Model model = Model.newInstance("program", device, "PyTorch");
        try {
            model.load(new ByteArrayInputStream(TorchArchive.of(code)));
            // DJL makes an empty temporary folder for a model from a stream, and would keep it until the JVM ends.
            Files.deleteIfExists(model.getModelPath());
            return new TorchModule(model);
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw refused(weights, e);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    static ModelLoadException refused(Path weights, Exception cause) {
        return new ModelLoadException(
                weights + " can't be loaded into PyTorch (" + reason(cause)
                        + "): free some memory, or report this with its cause",
                cause);
    }

    /** PyTorch's messages show the program and then, in a line that begins so, what is wrong with it. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage())
                .lines()
                .filter(line -> line.startsWith("RuntimeError"))
                .findFirst()
                .orElse("see the cause");
    }

    /** Owns what lives as long as the module. */
    NDManager manager() {
        return manager;
    }

    /** Calls a method; what is made for the call, and its result, belong to a scope that the caller closes. */
    NDArray call(NDManager scope, String method, NDArray... arguments) {
        NDArray name = scope.create(0L);
        name.setName("module_method:" + method);
        var inputs = new NDList(name);
        inputs.addAll(List.of(arguments));
        return forward(scope, inputs).singletonOrThrow();
    }

    NDList forward(NDManager scope, NDList inputs) {
        NDList outputs = model.getBlock().forward(noParameters, inputs, false);
        outputs.attach(scope);
        return outputs;
    }

    @Override
    public void close() {
        model.close();
    }
}
