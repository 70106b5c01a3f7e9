package dev.tokenring.llm.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** For tests that run on every device: they skip those that are not here, and say so. */
public final class Gpu {
    private Gpu() {}

    /** Skips the test if it is to run on a GPU and PyTorch has none that it can use. */
    public static void skipIfAbsent(String device) {
        assumeTrue(
                device.equals("cpu") || Torch.gpus(Torch.engine(0)) > 0,
                "no GPU here that this build of PyTorch can use, so this was tested on the CPU only");
    }
}
