package dev.tokenring.bus.violations.dispatch;

import com.lmax.disruptor.Sequence;
import dev.tokenring.bus.request.Exchange;

/** What a class of the dispatch must not know. */
interface BreaksDispatch {
    void knowsRequests(Exchange<?, ?> exchange);

    void touchesDisruptor(Sequence sequence);
}
