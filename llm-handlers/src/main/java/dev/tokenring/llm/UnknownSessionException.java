package dev.tokenring.llm;

/** A session that is not there: it never began, has ended, or was forgotten. */
public final class UnknownSessionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String id;

    /**
     * Says which session is not there.
     *
     * @param id what was asked for
     */
    public UnknownSessionException(String id) {
        super("there is no session \"" + id + "\": it never began, has ended, or was forgotten; begin a new one");
        this.id = id;
    }

    /**
     * What was asked for.
     *
     * @return the session's id
     */
    public String id() {
        return id;
    }
}
