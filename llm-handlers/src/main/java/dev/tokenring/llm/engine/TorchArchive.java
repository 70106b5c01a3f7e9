package dev.tokenring.llm.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive: a zip, stored without compression, of the module's attributes ({@code data.pkl}), its
 * constants ({@code constants.pkl}, an empty tuple), the format's version, and the code as text. The pickles are written
 * by hand, in the few opcodes of Python's pickle protocol 2 that they need. The version matters: an archive of an older
 * one gets the operators as they were then.
 *
 * @see <a href="https://github.com/pytorch/pytorch/blob/main/torch/csrc/jit/docs/serialization.md">TorchScript
 *     serialization</a>
 */
final class TorchArchive {
    private static final String PROTOCOL_2 = "\u0080\u0002";
    private static final String NEW_MODULE = "c__torch__\nProgram\n)\u0081";
    private static final String EMPTY_LIST = "]";
    private static final String FALSE = "\u0089";

    private TorchArchive() {}

    /** An archive whose module, {@code __torch__.Program}, has the attributes {@code training} and the lists {@code w} and {@code k}. */
    static byte[] of(String code) {
        String attributes = text("training") + FALSE + text("w") + EMPTY_LIST + text("k") + EMPTY_LIST;
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            add(zip, "data.pkl", latin1(PROTOCOL_2 + NEW_MODULE + "}(" + attributes + "ub."));
            add(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            add(zip, "constants.pkl", latin1(PROTOCOL_2 + ")."));
            add(zip, "version", latin1("10\n"));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static String text(String value) {
        return "X" + (char) value.length() + "\0\0\0" + value;
    }

    private static byte[] latin1(String pickle) {
        return pickle.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var crc = new CRC32();
        crc.update(content);
        var entry = new ZipEntry("program/" + name);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
