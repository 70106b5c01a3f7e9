package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import org.junit.jupiter.api.Test;

/** Caches get a share of the memory that their device has. */
class DeviceMemoryTest {
    private static final long GIB = 1L << 30;

    @Test
    void onTheCpuItIsAQuarterOfTheMachinesMemory() {
        long share = DeviceMemory.forCaches(Device.cpu());
        assertThat(share).isBetween(GIB / 8, 1L << 44);
        assertThat(4 * share).isGreaterThanOrEqualTo(Runtime.getRuntime().maxMemory());
    }

    @Test
    void onAGpuThatCantBeAskedItIsLittle() {
        assertThat(DeviceMemory.forCaches(Device.gpu(127))).isEqualTo(GIB);
    }
}
