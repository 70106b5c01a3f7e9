package dev.tokenring.llm.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import dev.tokenring.llm.ModelLoadException;
import dev.tokenring.llm.ModelOptions;
import dev.tokenring.llm.model.DjlSetting;

/** DJL's PyTorch engine, brought up once, offline and without telemetry, with the threads that the first model chose. */
final class Torch {
    private Torch() {}

    /** Brings the engine up, unless it is. */
    static synchronized Engine engine(int threads) {
        int atWork = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        DjlSetting.keepOffline();
        DjlSetting.suggest("ai.djl.pytorch.num_threads", String.valueOf(atWork));
        DjlSetting.suggest("ai.djl.pytorch.num_interop_threads", "1");
        // One program serves every length of input; specialising it for the lengths seen first costs more than it
        // gives.
        DjlSetting.suggest("ai.djl.pytorch.graph_optimizer", "false");
        try {
            return Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            throw ModelLoadException.because(
                    "PyTorch's native libraries can't be loaded",
                    e,
                    "put ai.djl.pytorch:pytorch-native-cpu, for this operating system, and"
                            + " ai.djl.pytorch:pytorch-jni on the class path");
        }
    }

    /** The device that the options name. */
    static Device device(Engine engine, ModelOptions options) {
        String name = options.device();
        int gpus = gpus(engine);
        if (name.equals("cpu") || (name.equals("auto") && gpus == 0)) {
            return Device.cpu();
        }
        int id = name.startsWith("gpu:") ? Integer.parseInt(name.substring("gpu:".length())) : 0;
        if (id >= gpus) {
            throw new ModelLoadException("device is " + name + ", but PyTorch finds " + gpus
                    + " GPUs here: choose cpu, or put a CUDA build of PyTorch on the class path");
        }
        return Device.gpu(id);
    }

    /**
     * How many GPUs PyTorch can use. DJL counts those that the CUDA runtime finds; a build of PyTorch for the CPU, on a
     * machine that has some, can use none of them.
     */
    static int gpus(Engine engine) {
        return engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
    }
}
