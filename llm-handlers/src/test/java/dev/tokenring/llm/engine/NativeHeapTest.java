package dev.tokenring.llm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeHeapTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void theJvmGivesBackWhatIsFree() {
        assertThat(NativeHeap.trim())
                .as("on Linux, a JVM that is up to date, and GNU's C library")
                .isTrue();
    }
}
