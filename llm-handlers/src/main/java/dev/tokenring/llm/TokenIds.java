package dev.tokenring.llm;

import java.util.Collection;

/** The token ids that a model knows, and the refusal of others. */
record TokenIds(int vocabularySize) {
    void require(int[] prompt) {
        for (int id : prompt) {
            require(id, "the prompt");
        }
    }

    /** An end token that never comes, or a bias for no token, would change nothing, and nobody would know why. */
    void require(GenerationOptions options) {
        require(options.endTokens(), "endTokens");
        require(options.logitBias().keySet(), "logitBias");
    }

    void require(Collection<Integer> ids, String where) {
        for (int id : ids) {
            require(id, where);
        }
    }

    private void require(int id, String where) {
        if (id < 0 || id >= vocabularySize) {
            throw new IllegalArgumentException(
                    where + " has the token id " + id + ": this model's ids go from 0 to " + (vocabularySize - 1));
        }
    }
}
