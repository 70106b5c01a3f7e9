package dev.tokenring.llm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model generated: a piece of a stream, or the whole. The pieces of a stream, merged in order, are the whole.
 *
 * @param text whole characters; special tokens and stop strings are not part of it
 * @param tokenIds the tokens behind it, in order, the end token included; a piece may hold several tokens where it takes
 *     several to make a character, and none where text was only held back
 * @param logprobs how likely each of these tokens was, in order; empty unless {@link GenerationOptions#logprobs()} asks for it
 * @param usage what it took up to here, in tokens
 * @param finishReason why the generation ended, or null in every piece but the last
 * @param sample which of several texts for one prompt this is, from 0: see {@link GenerationOptions#samples()}
 */
public record Generation(
        String text,
        List<Integer> tokenIds,
        List<TokenLogprobs> logprobs,
        Usage usage,
        @Nullable FinishReason finishReason,
        int sample) {
    /**
     * Keeps the token ids from changing.
     *
     * @param text see the record
     * @param tokenIds see the record
     * @param logprobs see the record
     * @param usage see the record
     * @param finishReason see the record
     * @param sample see the record
     */
    public Generation {
        tokenIds = List.copyOf(tokenIds);
        logprobs = List.copyOf(logprobs);
    }

    /**
     * Makes a piece of the first text for its prompt, or of the only one.
     *
     * @param text see the record
     * @param tokenIds see the record
     * @param logprobs see the record
     * @param usage see the record
     * @param finishReason see the record
     */
    public Generation(
            String text,
            List<Integer> tokenIds,
            List<TokenLogprobs> logprobs,
            Usage usage,
            @Nullable FinishReason finishReason) {
        this(text, tokenIds, logprobs, usage, finishReason, 0);
    }

    /**
     * The same as a piece of one of several texts.
     *
     * @param number which of them, from 0
     * @return the derived piece
     */
    public Generation ofSample(int number) {
        return new Generation(text, tokenIds, logprobs, usage, finishReason, number);
    }

    /**
     * This piece and the next one as one.
     *
     * @param next the piece that follows in the same text
     * @return both together
     * @throws IllegalArgumentException if it belongs to another sample
     */
    public Generation append(Generation next) {
        if (next.sample != sample) {
            throw new IllegalArgumentException("a piece of sample " + next.sample + " can't follow one of sample "
                    + sample + ": put the pieces of each sample together by themselves");
        }
        var ids = new ArrayList<>(tokenIds);
        ids.addAll(next.tokenIds);
        var both = new ArrayList<>(logprobs);
        both.addAll(next.logprobs);
        return new Generation(text + next.text, ids, both, next.usage, next.finishReason, sample);
    }
}
