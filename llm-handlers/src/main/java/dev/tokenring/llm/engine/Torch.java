package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;

/** DJL's PyTorch engine, brought up once, offline and without telemetry, with the threads that the first model chose. */
final class Torch {
    private Torch() {}

    /** Brings the engine up, unless it is. */
    static synchronized Engine engine(int threads) {
        int atWork = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        setUnlessSet("OPT_OUT_TRACKING", "true");
        setUnlessSet("ai.djl.offline", "true");
        setUnlessSet("ai.djl.pytorch.num_threads", String.valueOf(atWork));
        setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
        // One program serves every length of input; specialising it for the lengths seen first costs more than it
        // gives.
        setUnlessSet("ai.djl.pytorch.graph_optimizer", "false");
        try {
            return Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            throw new ModelLoadException(
                    "PyTorch's native libraries can't be loaded (" + e.getMessage()
                            + "): put ai.djl.pytorch:pytorch-native-cpu, for this operating system, and"
                            + " ai.djl.pytorch:pytorch-jni on the class path",
                    e);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** The device that the options name. */
    static Device device(Engine engine, ModelOptions options) {
        String name = options.device();
        if (name.equals("cpu") || (name.equals("auto") && engine.getGpuCount() == 0)) {
            return Device.cpu();
        }
        int id = name.startsWith("gpu:") ? Integer.parseInt(name.substring("gpu:".length())) : 0;
        if (id >= engine.getGpuCount()) {
            throw new ModelLoadException("device is " + name + ", but PyTorch finds " + engine.getGpuCount()
                    + " GPUs here: choose cpu, or put a CUDA build of PyTorch on the class path");
        }
        return Device.gpu(id);
    }
}
