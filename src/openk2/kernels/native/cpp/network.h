// One step of the whole network over a flat list of tokens of many sequences.
//
// All threads run the same program from top to bottom and meet after each part. A token's result depends on the tokens
// before it in its own sequence alone: every part works row by row, or in sums whose order is that of the inputs. Before a
// part a thread is told what it will want in the next (`expect`), for the time it waits.
#pragma once
#include "attention.h"
#include "delta.h"
#include "experts.h"
#include "norm.h"
#include "router.h"

namespace {

enum { STEP_DONE = 0, STEP_NO_MEMORY = 1, STEP_NO_EXPERTS = 2, STEP_NO_NUMBERS = 3 };

// Where a step keeps what goes from part to part; the same list asks for the memory (`Sizes`) and takes it (`Memory`).
struct Workspace {
    float *x, *row, *queries, *query, *latent, *values, *logits, *weights, *route_scratch;
    Queries absorbed;
    Activations normed, compressed, heads_out, dense_hidden, gathered, expert_hidden;
    Activations *per_head, *mixed_per_head;
    int32_t *chosen, *route_numbers;
    Routing routing;
    ok2_feed_forward* fetched;
    AttentionMemory attention;
    DeltaMemory delta;
    uint8_t* scratch;
    int64_t scratch_bytes;
};

inline int forms_before(const ok2_layer& l) {
    int forms = form_of(l.dense.gate.format) | form_of(l.dense.up.format);
    if (l.routed) forms |= FORM_F32 | form_of(l.expert_format);
    if (l.attention == OK2_DELTA) return forms | delta_forms(*(const ok2_delta*)l.delta);
    forms |= form_of(l.latent_down.format) | form_of(l.query_up.format);
    return l.query_down.codes ? forms | form_of(l.query_down.format) : forms;
}

// Floats of a row between two products, at most.
inline int64_t longest_row(const ok2_network& n) {
    int64_t longest = n.width > n.rank + n.rope ? n.width : n.rank + n.rope;
    for (int i = 0; i < n.layers; i++)
        if (n.layer[i].query_down.outputs > longest) longest = n.layer[i].query_down.outputs;
    return whole_lines(longest);
}

template <class Source>
inline void take_workspace(const ok2_network& n, const ok2_step& s, int threads, Source& from, Workspace& w) {
    const int64_t N = s.tokens > s.wanted ? s.tokens : s.wanted, D = n.width, H = n.heads, C = n.rank + n.rope;
    int before = form_of(n.head.format), compressed = 0, heads_out = 0, key = 0, value = 0, hidden = 0, expert = 0;
    int dense_width = 0, compressed_width = 0, longest = n.width;
    const auto longer = [&](const ok2_matrix& m) { longest = m.inputs > longest ? m.inputs : longest; };
    bool latent = false, routed = false, floats = true;
    DeltaPlan delta;
    for (int i = 0; i < n.layers; i++) {
        const ok2_layer& l = n.layer[i];
        before |= forms_before(l);
        hidden |= form_of(l.dense.down.format);
        dense_width = l.dense.gate.outputs > dense_width ? l.dense.gate.outputs : dense_width;
        longer(l.dense.down), longer(l.output), longer(l.query_up);
        if (l.routed) routed = true, expert |= form_of(l.expert_format);
        if (l.attention == OK2_DELTA) {
            delta.add(*(const ok2_delta*)l.delta);
            longer(((const ok2_delta*)l.delta)->output);
            continue;
        }
        latent = true, floats = way_of(l.latents) == WAY_FLOATS;
        if (l.query_down.codes) {
            compressed |= form_of(l.query_up.format);
            compressed_width = l.query_up.inputs > compressed_width ? l.query_up.inputs : compressed_width;
        }
        heads_out |= form_of(l.output.format), key |= form_of(l.key_up.format), value |= form_of(l.value_up.format);
    }
    longest = n.rank > longest ? n.rank : longest;
    w.x = from.template take<float>(N * D);
    w.row = from.template take<float>(threads * longest_row(n));
    w.normed = from.activations(N, n.width, before);
    w.dense_hidden = from.activations(N, dense_width, hidden);
    if (latent) {
        const int64_t Q = H * (n.nope + n.rope);
        w.query = from.template take<float>(N * compressed_width);
        w.compressed = from.activations(N, compressed_width, compressed);
        w.latent = from.template take<float>(N * C);
        w.queries = from.template take<float>(N * Q);
        w.absorbed.f32 = floats ? from.template take<float>(N * H * C) : nullptr;
        w.absorbed.bf16 = floats ? nullptr : from.template take<uint16_t>(N * H * C);
        w.values = from.template take<float>(N * H * n.value);
        w.heads_out = from.activations(N, n.heads * n.value, heads_out);
        w.per_head = from.template take<Activations>(H);
        w.mixed_per_head = from.template take<Activations>(H);
        for (int h = 0; h < H; h++) {
            const Activations one = from.activations(N, n.nope, key), mixed = from.activations(N, n.rank, value);
            if (w.per_head) w.per_head[h] = one, w.mixed_per_head[h] = mixed;
        }
        take_attention_memory(measure_attention(s.chunk, s.chunks, n.heads, (int)C, n.rank, threads), n.rank, from, w.attention);
    }
    take_delta_memory(delta, N, threads, from, w.delta);
    if (routed) {
        const int64_t pairs = N * n.chosen, places = most_places(N, n.experts, n.chosen);
        w.logits = from.template take<float>(N * n.experts);
        w.chosen = from.template take<int32_t>(pairs);
        w.weights = from.template take<float>(pairs);
        w.route_scratch = from.template take<float>((int64_t)threads * whole_lines(2 * n.experts));
        w.route_numbers = from.template take<int32_t>((int64_t)threads * whole_lines(n.experts));
        w.routing.used = from.template take<int32_t>(n.experts);
        w.routing.begins = from.template take<int32_t>(n.experts + 1);
        w.routing.groups = from.template take<Group>(n.experts);
        w.routing.targets = from.template take<int32_t>(places);
        w.routing.factors = from.template take<float>(places);
        w.fetched = from.template take<ok2_feed_forward>(n.experts);
        w.gathered = from.activations(places, n.width, expert);
        w.expert_hidden = from.activations(places, n.expert_width, expert);
    }
    const int64_t attention = latent ? attention_scratch_bytes((int)C, n.rank) : 0, unpacked = unpacked_bytes(longest);
    w.scratch_bytes = whole_lines(attention > unpacked ? attention : unpacked);
    w.scratch = from.template take<uint8_t>(threads * w.scratch_bytes);
}

// One thread's part in a step.
class Worker {
  public:
    Worker(const ok2_network& network, const ok2_step& step, Workspace& workspace, Team& team, int& failed)
        : n(network), s(step), w(workspace), team(team), failed(failed), N(step.tokens),
          scratch(w.scratch + team.thread * w.scratch_bytes), row_scratch(w.row + team.thread * longest_row(network)) {}

    void run() {
        forget_tiles();
        embed();
        for (int i = 0; i < n.layers && !failed; i++) {
            const ok2_layer& l = n.layer[i];
            normalise(l.input_norm);
            if (l.attention == OK2_DELTA)
                delta_attention(team, *(const ok2_delta*)l.delta, s, w.normed, w.delta, w.x, n.width, scratch);
            else
                latent_attention(l);
            normalise(l.post_norm);
            if (l.routed) routed(l, i);
            else dense(l);
        }
        if (!failed) head();
        release_tiles();
    }

  private:
    void embed() {
        team.each_of_many(N, [&](int row) {
            const int64_t from = (int64_t)s.ids[row] * n.width;
            float* to = w.x + (int64_t)row * n.width;
            if (!n.embedding_bfloat16) memcpy(to, (const float*)n.embedding + from, 4 * n.width);
            else
                for (int i = 0; i < n.width; i++) to[i] = from_bf16(((const uint16_t*)n.embedding)[from + i]);
        });
    }

    void normalise(const float* weight) {
        team.each_of_many(N, [&](int row) {
            rms_norm(w.x + (int64_t)row * n.width, weight, n.width, n.eps, row_scratch);
            write_row(w.normed, row, row_scratch, n.width);
        });
    }

    void latent_attention(const ok2_layer& l) {
        const int C = n.rank + n.rope, Q = n.nope + n.rope, H = n.heads;
        const bool compressed = l.query_down.codes != nullptr;
        const Job query = {&l.query_up, &w.compressed, w.queries, (int64_t)H * Q}, output = {&l.output, &w.heads_out, w.x, n.width, true};
        const Job down[] = {compressed ? Job{&l.query_down, &w.normed, w.query, l.query_down.outputs}
                                       : Job{&l.query_up, &w.normed, w.queries, (int64_t)H * Q},
                            {&l.latent_down, &w.normed, w.latent, C}};
        if (compressed) expect(team, &query, 1, N);
        else expect_heads(team, l.key_up, H, n.rank);
        multiply(team, down, 2, N, scratch);
        team.each_of_many(N, [&](int row) {
            store_latent(l, row);
            if (!compressed) return;
            const int width = l.query_down.outputs;
            rms_norm(w.query + (int64_t)row * width, l.query_norm, width, n.latent_eps, row_scratch);
            write_row(w.compressed, row, row_scratch, width);
        });
        if (compressed) {
            expect_heads(team, l.key_up, H, n.rank);
            multiply(team, &query, 1, N, scratch);
        }
        team.each_of_many(N * H, [&](int i) {
            const int row = i / H, head = i % H;
            const float* query = w.queries + (int64_t)i * Q;
            write_row(w.per_head[head], row, query, n.nope);
            const int64_t at = (int64_t)s.positions[row] * (n.rope / 2);
            rotate(query + n.nope, n.cosines + at, n.sines + at, n.rope, n.softmax_scale, row_scratch);
            for (int k = 0; k < n.rope; k += PANEL)
                write_query(w.absorbed, (int64_t)i * C + n.rank + k, row_scratch + k, n.rope - k < PANEL ? n.rope - k : PANEL, 1.0f);
        });
        expect_heads(team, l.value_up, H, n.value);
        multiply_heads(team, l.key_up, H, n.rank, w.per_head, N, scratch,
                       [&](int row, int head, int output, const float* values, int count) {
                           write_query(w.absorbed, ((int64_t)row * H + head) * C + output, values, count, n.softmax_scale);
                       });
        attend(team, l.latents, w.absorbed, H, w.attention, scratch,
               [&](int row, int head, const float* mixed) { write_row(w.mixed_per_head[head], row, mixed, n.rank); });
        expect(team, &output, 1, N);
        multiply_heads(team, l.value_up, H, n.value, w.mixed_per_head, N, scratch,
                       [&](int row, int head, int output, const float* values, int count) {
                           float* to = w.values + ((int64_t)row * H + head) * n.value + output;
                           if (count == PANEL)
                               for (int v = 0; v < PANEL; v += LANES) store(to + v, load(values + v));
                           else memcpy(to, values, 4 * count);
                       });
        team.each_of_many(N, [&](int row) { write_row(w.heads_out, row, w.values + (int64_t)row * H * n.value, H * n.value); });
        const ok2_matrix& after = l.routed ? l.router : l.dense.gate;
        expect_panels(team, after, team.first_of(panels_of(after)), panels_of(after));
        multiply(team, &output, 1, N, scratch);
    }

    void store_latent(const ok2_layer& l, int row) {
        const int C = n.rank + n.rope;
        const float* raw = w.latent + (int64_t)row * C;
        rms_norm(raw, l.latent_norm, n.rank, n.latent_eps, row_scratch);
        const int64_t at = (int64_t)s.positions[row] * (n.rope / 2);
        rotate(raw + n.rank, n.cosines + at, n.sines + at, n.rope, 1.0f, row_scratch + n.rank);
        const int64_t to = (int64_t)s.slots[row] * C;
        for (int i = 0; i < C; i++) {
            if (l.latents.bfloat16) ((uint16_t*)l.latents.slots)[to + i] = to_bf16(row_scratch[i]);
            else ((float*)l.latents.slots)[to + i] = row_scratch[i];
        }
    }

    void dense(const ok2_layer& l) {
        const Group group = {&l.dense, 0, 0, N, nullptr, nullptr};
        const Activations hidden = hidden_of(l.dense);
        const Groups kinds[2] = {{&group, 1, &w.normed, &hidden}, {nullptr, 0, nullptr, nullptr}};
        feed_forward(team, kinds, N, n.width, w.x, scratch);
    }

    // The dense half's hidden rows, with as many bricks as this layer's width has.
    Activations hidden_of(const ok2_feed_forward& f) const {
        Activations hidden = w.dense_hidden;
        hidden.bricks = ceil_div(f.gate.outputs, BRICK);
        return hidden;
    }

    void routed(const ok2_layer& l, int layer) {
        const Job job = {&l.router, &w.normed, w.logits, n.experts};
        // the shared expert's pieces come first; the others' are known when experts are chosen
        expect_panels(team, l.dense.gate, 0, team.thread == 0 ? panels_of(l.dense.gate) : 0);
        multiply(team, &job, 1, N, scratch);
        team.each_of_many(N, [&](int row) {
            route(n, w.logits + (int64_t)row * n.experts, l.router_bias, w.route_scratch + team.thread * whole_lines(2 * n.experts),
                  w.route_numbers + team.thread * whole_lines(n.experts), w.chosen + (int64_t)row * n.chosen,
                  w.weights + (int64_t)row * n.chosen);
        });
        team.single([&] {
            sort_pairs(w.chosen, w.weights, N, n.chosen, n.experts, w.routing);
            if (s.routes) memcpy(s.routes + (int64_t)layer * N * n.chosen, w.chosen, 4 * (int64_t)N * n.chosen);
        });
        Activations gathered = w.gathered, expert_hidden = w.expert_hidden;
        gathered.forms = expert_hidden.forms = form_of(l.expert_format);
        const Activations found = gather(team, w.routing, N, w.normed, gathered);
        const Group shared = {&l.dense, 0, 0, N, nullptr, nullptr};
        const Activations hidden = hidden_of(l.dense);
        const int used = w.routing.count, at_once = l.experts ? used : n.experts_at_once;
        for (int begin = 0; begin < used; begin += at_once) {
            const int some = used - begin < at_once ? used - begin : at_once;
            team.single([&] { failed = provide(l, layer, begin, some); });
            if (failed) return;
            const Groups kinds[2] = {{&shared, begin == 0, &w.normed, &hidden},
                                     {w.routing.groups + begin, some, &found, &expert_hidden}};
            feed_forward(team, kinds, N, n.width, w.x, scratch);
        }
    }

    int provide(const ok2_layer& l, int layer, int begin, int count) {
        if (!l.experts && n.fetch(n.fetch_context, layer, count, w.routing.used + begin, w.fetched)) return STEP_NO_EXPERTS;
        for (int i = 0; i < count; i++)
            w.routing.groups[begin + i].weights = l.experts ? l.experts + w.routing.used[begin + i] : w.fetched + i;
        return STEP_DONE;
    }

    void head() {
        if (!s.wanted) return;
        Activations last = w.normed;
        team.each_of_many(s.wanted, [&](int i) {
            rms_norm(w.x + (int64_t)s.rows[i] * n.width, n.final_norm, n.width, n.eps, row_scratch);
            write_row(last, i, row_scratch, n.width);
        });
        const Job job = {&n.head, &last, s.logits, n.vocabulary};
        multiply(team, &job, 1, s.wanted, scratch);
    }

    const ok2_network& n;
    const ok2_step& s;
    Workspace& w;
    Team& team;
    int& failed;
    const int N;
    uint8_t* const scratch;
    float* const row_scratch;
};

struct StepCall {
    const ok2_network& network;
    const ok2_step& step;
    Workspace& workspace;
    int failed;
};

inline int32_t run_step(const ok2_network* network, const ok2_step* step) {
    static thread_local Memory memory;
    Workspace workspace = {};
    Sizes sizes;
    const int threads = openk2::team_size();
    take_workspace(*network, *step, threads, sizes, workspace);
    if (!memory.reserve(sizes.bytes)) return STEP_NO_MEMORY;
    take_workspace(*network, *step, threads, memory, workspace);
    plan_attention(step->chunk, step->chunks, network->heads, workspace.attention);
    StepCall call = {*network, *step, workspace, STEP_DONE};
    openk2::run_on_team(
        threads,
        [](void* context, Team& team) {
            StepCall& c = *(StepCall*)context;
            Worker(c.network, c.step, c.workspace, team, c.failed).run();
        },
        &call);
    return call.failed;
}

}  // namespace
