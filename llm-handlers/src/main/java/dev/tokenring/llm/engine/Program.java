package dev.tokenring.llm.engine;

import dev.tokenring.llm.model.WeightSpec;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A forward pass as TorchScript, and the weights that it needs, each at its place in the list {@code w} or, if it is
 * packed as whole numbers, in the list {@code k}.
 *
 * <p>A step takes the tokens of many sequences. Rows that belong together are a <em>run</em>: either the next tokens of
 * one sequence, or one token each of several whose caches lie side by side, which one call of attention then serves.
 *
 * <pre>
 *   rows of the step    a b c d | e e e e e | f f          a to d: one token each; e, f: a piece of a prompt each
 *                       run 0     run 1       run 2
 *
 *   caches              [layers, 2, slots, heads, capacity, headSize]   of a run: some slots, side by side
 * </pre>
 *
 * <p>What a layer needs of its caches, the views to read from and to write to, is cut out for all layers at once.
 */
record Program(String code, List<StoredWeight> weights) {
    private static final String HEAD = """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              w : List[Tensor]
              k : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]
              def fill(self: __torch__.Program, place: Tensor, slice: Tensor, at: Tensor) -> Tensor:
                return torch.copy_(torch.narrow(place, 0, int(at), torch.size(slice, 0)), slice)
              def keep(self: __torch__.Program, weight: Tensor, number: Tensor) -> Tensor:
                _0 = torch.append(self.w, torch.to(weight, int(number)))
                return number
              def slab(self: __torch__.Program, sizes: Tensor) -> Tensor:
                shape = annotate(List[int], [])
                for i in range(torch.size(sizes, 0)):
                  _0 = torch.append(shape, int(torch.select(sizes, 0, i)))
                return torch.empty(shape, dtype=CACHED, device=ops.prim.device(self.w[0]))
              def wipe(self: __torch__.Program, slot: Tensor, c: List[Tensor]) -> Tensor:
                return torch.zero_(torch.select(c[0], 2, int(slot)))
              def copy(self: __torch__.Program, places: Tensor, c: List[Tensor]) -> Tensor:
                length = int(torch.select(places, 0, 2))
                old = torch.narrow(torch.select(c[0], 2, int(torch.select(places, 0, 0))), 3, 0, length)
                return torch.copy_(torch.narrow(torch.select(c[1], 2, int(torch.select(places, 0, 1))), 3, 0, length), old)
              def rotate(self: __torch__.Program, x: Tensor, size: int, half: int, cos: Tensor, sin: Tensor) -> Tensor:
                heads = torch.reshape(x, [torch.size(x, 0), -1, size])
                a = torch.narrow(heads, 2, 0, half)
                b = torch.narrow(heads, 2, half, half)
                turned = [torch.sub(torch.mul(a, cos), torch.mul(b, sin)), torch.add(torch.mul(b, cos), torch.mul(a, sin))]
                if torch.gt(size, torch.mul(half, 2)):
                  _0 = torch.append(turned, torch.narrow(heads, 2, torch.mul(half, 2), torch.sub(size, torch.mul(half, 2))))
                return torch.reshape(torch.cat(turned, 2), [torch.size(x, 0), -1])
            """;

    /** What a run sees of its caches in each layer, from where the first of its tokens sees something. */
    private static final String RUNS = """
              def reads(self: __torch__.Program, runs: List[List[int]], window: int, c: List[Tensor]) -> List[List[Tensor]]:
                out = annotate(List[List[Tensor]], [])
                for i in range(torch.len(runs)):
                  slab, slot, count, start, size = runs[i]
                  begin = ops.prim.max(0, torch.sub(torch.add(start, 1), window))
                  if torch.gt(count, 1):
                    begin = 0
                  slots = torch.flatten(torch.narrow(c[slab], 2, slot, count), 0, 1)
                  _0 = torch.append(out, torch.unbind(torch.narrow(slots, 3, begin, torch.sub(torch.add(start, size), begin))))
                return out
              def writes(self: __torch__.Program, runs: List[List[int]], c: List[Tensor]) -> List[List[Tensor]]:
                out = annotate(List[List[Tensor]], [])
                for i in range(torch.len(runs)):
                  slab, slot, count, start, size = runs[i]
                  slots = torch.narrow(c[slab], 2, slot, count)
                  if torch.eq(count, 1):
                    slots = torch.narrow(slots, 4, start, size)
                  _0 = torch.append(out, torch.unbind(slots))
                return out
              def masks(self: __torch__.Program, runs: List[List[int]], window: int, groups: int, positions: Tensor) -> List[Optional[Tensor]]:
                out = annotate(List[Optional[Tensor]], [])
                at = 0
                for i in range(torch.len(runs)):
                  slab, slot, count, start, size = runs[i]
                  rows = torch.mul(count, size)
                  if torch.eq(rows, 1):
                    mask = annotate(Optional[Tensor], None)
                  else:
                    begin = ops.prim.max(0, torch.sub(torch.add(start, 1), window))
                    if torch.gt(count, 1):
                      begin = 0
                    row = torch.unsqueeze(torch.narrow(positions, 0, at, rows), 1)
                    column = torch.arange(begin, torch.add(start, size), dtype=4, device=ops.prim.device(positions))
                    unseen = torch.__or__(torch.gt(column, row), torch.le(column, torch.sub(row, window)))
                    hidden = torch.masked_fill(torch.zeros(torch.size(unseen), dtype=CACHED, device=ops.prim.device(positions)), unseen, float("-inf"))
                    if torch.gt(count, 1):
                      mask = annotate(Optional[Tensor], torch.unsqueeze(torch.unsqueeze(hidden, 1), 1))
                    else:
                      mask = annotate(Optional[Tensor], torch.repeat(hidden, [groups, 1]))
                  _0 = torch.append(out, mask)
                  at = torch.add(at, rows)
                return out
              def attend(self: __torch__.Program, layer: int, q: Tensor, k: Tensor, v: Tensor, shape: List[int], scale: float, runs: List[List[int]], positions: Tensor, reads: List[List[Tensor]], writes: List[List[Tensor]], masks: List[Optional[Tensor]]) -> Tensor:
                out = annotate(List[Tensor], [])
                query = torch.to(torch.reshape(q, shape), CACHED)
                kv = torch.to(torch.reshape(torch.cat([k, v], 1), [-1, 2, shape[1], shape[3]]), CACHED)
                at = 0
                for i in range(torch.len(runs)):
                  slab, slot, count, start, size = runs[i]
                  rows = torch.mul(count, size)
                  new = torch.narrow(kv, 0, at, rows)
                  ask = torch.narrow(query, 0, at, rows)
                  keys = reads[i][torch.mul(layer, 2)]
                  values = reads[i][torch.add(torch.mul(layer, 2), 1)]
                  if torch.eq(size, 1):
                    if torch.eq(count, 1):
                      _0 = torch.copy_(writes[i][layer], torch.view(new, [2, 1, shape[1], 1, shape[3]]))
                    else:
                      slots = torch.arange(count, dtype=4, device=ops.prim.device(positions))
                      places = annotate(List[Optional[Tensor]], [None, slots, None, torch.narrow(positions, 0, at, rows)])
                      _1 = torch.index_put_(writes[i][layer], places, new)
                    seen = torch.scaled_dot_product_attention(ask, keys, values, masks[i], 0., False, scale=scale)
                  else:
                    _2 = torch.copy_(writes[i][layer], torch.unsqueeze(torch.permute(new, [1, 2, 0, 3]), 1))
                    ask = torch.reshape(torch.permute(ask, [1, 2, 0, 3]), [1, shape[1], -1, shape[3]])
                    seen = torch.scaled_dot_product_attention(ask, keys, values, masks[i], 0., False, scale=scale)
                    seen = torch.permute(torch.view(seen, [shape[1], shape[2], size, shape[3]]), [2, 0, 1, 3])
                  _3 = torch.append(out, torch.reshape(seen, [rows, -1]))
                  at = torch.add(at, rows)
                return torch.to(torch.cat(out), ACTIVATIONS)
            """;

    /**
     * The logits that are wanted, and the likeliest tokens where no more is wanted. PyTorch takes what is no number for the
     * greatest; here it counts as impossible.
     */
    private static final String ANSWERS = """
              def answers(self: __torch__.Program, logits: Tensor, scored: int) -> List[Tensor]:
                rest = torch.narrow(logits, 0, scored, torch.sub(torch.size(logits, 0), scored))
                greatest, ids = torch.max(rest, 1)
                if bool(torch.any(torch.isnan(greatest))):
                  greatest, ids = torch.max(torch.masked_fill(rest, torch.isnan(rest), float("-inf")), 1)
                return [torch.contiguous(torch.to(torch.narrow(logits, 0, 0, scored), 6)), ids]
            """;

    private static final String FORWARD = """
              def forward(self: __torch__.Program, tokens: Tensor, scored: Tensor, chosen: Tensor, table: Tensor, c: List[Tensor]) -> List[Tensor]:
                w = self.w
                k = self.k
                ids = torch.select(tokens, 0, 0)
                positions = torch.select(tokens, 0, 1)
                rows = torch.cat([scored, chosen])
                runs = annotate(List[List[int]], [])
                for i in range(torch.size(table, 0)):
                  row = torch.select(table, 0, i)
                  run = annotate(List[int], [])
                  for j in range(5):
                    _0 = torch.append(run, int(torch.select(row, 0, j)))
                  _1 = torch.append(runs, run)
                writes = self.writes(runs, c)
            """;

    static Program of(String body, List<StoredWeight> weights, Arithmetic arithmetic) {
        String code = HEAD + arithmetic.methods() + RUNS + ANSWERS + FORWARD + body;
        return new Program(
                code.replace("CACHED", String.valueOf(arithmetic.cached().code()))
                        .replace(
                                "ACTIVATIONS",
                                String.valueOf(arithmetic.activations().code())),
                List.copyOf(weights));
    }

    /** The weights as a checkpoint has them, each once. */
    List<WeightSpec> specs() {
        Set<WeightSpec> specs = new LinkedHashSet<>();
        weights.forEach(weight -> weight.parts().forEach(part -> specs.add(part.weight())));
        return List.copyOf(specs);
    }
}
