// The operations of one level, each on its own and the whole step; a level's file includes this with its compiler flags.
#pragma once
#include "network.h"
#include "sampler.h"

namespace {

inline void pack_weight(const ok2_matrix* m, const void* rows, int64_t stride, void* codes) {
    for (int p = 0; p < panels_of(*m); p++) pack_panel(*m, p, rows, stride, (uint8_t*)codes + p * panel_bytes(*m));
}

// Runs work(team) on so many threads.
template <class Work>
inline void on_team(int threads, Work& work) {
    openk2::run_on_team(
        threads,
        [](void* context, Team& team) {
            forget_tiles();
            (*(Work*)context)(team);
            release_tiles();
        },
        &work);
}

inline int32_t linear_rows(const ok2_matrix* m, const float* x, int64_t rows, float* y) {
    static thread_local Memory memory;
    const int threads = openk2::team_size();
    const int64_t scratch_bytes = whole_lines(unpacked_bytes(m->inputs));
    const int forms = form_of(m->format);
    if (!memory.reserve(whole_lines(activation_bytes(rows, m->inputs, forms)) + threads * scratch_bytes)) return STEP_NO_MEMORY;
    const Activations a = memory.activations(rows, m->inputs, forms);
    uint8_t* scratch = memory.take<uint8_t>(threads * scratch_bytes);
    auto work = [&](Team& team) {
        team.each((int)rows, [&](int row) { write_row(a, row, x + (int64_t)row * m->inputs, m->inputs); });
        const Job job = {m, &a, y, m->outputs};
        multiply(team, &job, 1, (int)rows, scratch + team.thread * scratch_bytes);
    };
    on_team(threads, work);
    return STEP_DONE;
}

inline int32_t routed_experts(const ok2_feed_forward* experts, int32_t count, const float* x, int64_t rows, int32_t width,
                              const int32_t* chosen, const float* weights, int32_t k, float* y) {
    static thread_local Memory memory;
    const int threads = openk2::team_size(), forms = form_of(experts->gate.format), hidden_width = experts->gate.outputs;
    const int longest = width > hidden_width ? width : hidden_width;
    const int64_t scratch_bytes = whole_lines(unpacked_bytes(longest)), places = most_places(rows, count, k);
    Routing routing;
    Activations a, gathered, hidden;
    uint8_t* scratch = nullptr;
    const auto take = [&](auto& from) {
        a = from.activations(rows, width, forms);
        gathered = from.activations(places, width, forms);
        hidden = from.activations(places, hidden_width, forms);
        routing.used = from.template take<int32_t>(count);
        routing.begins = from.template take<int32_t>(count + 1);
        routing.groups = from.template take<Group>(count);
        routing.targets = from.template take<int32_t>(places);
        routing.factors = from.template take<float>(places);
        scratch = from.template take<uint8_t>(threads * scratch_bytes);
    };
    Sizes sizes;
    take(sizes);
    if (!memory.reserve(sizes.bytes)) return STEP_NO_MEMORY;
    take(memory);
    sort_pairs(chosen, weights, (int)rows, k, count, routing);
    for (int i = 0; i < routing.count; i++) routing.groups[i].weights = experts + routing.used[i];
    memset(y, 0, 4 * rows * width);
    auto work = [&](Team& team) {
        team.each((int)rows, [&](int row) { write_row(a, row, x + (int64_t)row * width, width); });
        const Activations found = gather(team, routing, (int)rows, a, gathered);
        const Groups kinds[2] = {{nullptr, 0, nullptr, nullptr}, {routing.groups, routing.count, &found, &hidden}};
        feed_forward(team, kinds, (int)rows, width, y, scratch + team.thread * scratch_bytes);
    };
    on_team(threads, work);
    return STEP_DONE;
}

inline int32_t latent_attention(const ok2_latents* l, const ok2_chunk* chunks, int32_t count, const float* queries, int32_t heads,
                                float* out) {
    static thread_local Memory memory;
    const int threads = openk2::team_size();
    const int64_t scratch_bytes = whole_lines(attention_scratch_bytes(l->width, l->rank));
    AttentionMemory m;
    Queries given;
    uint8_t* scratch = nullptr;
    int64_t rows = 0;
    for (int i = 0; i < count; i++) rows += chunks[i].tokens;
    const int64_t numbers = rows * heads * l->width;
    const bool floats = way_of(*l) == WAY_FLOATS;
    const AttentionPlan plan = measure_attention(chunks, count, heads, l->width, l->rank, threads);
    const auto take = [&](auto& from) {
        take_attention_memory(plan, l->rank, from, m);
        given.f32 = floats ? from.template take<float>(numbers) : nullptr;
        given.bf16 = floats ? nullptr : from.template take<uint16_t>(numbers);
        scratch = from.template take<uint8_t>(threads * scratch_bytes);
    };
    Sizes sizes;
    take(sizes);
    if (!memory.reserve(sizes.bytes)) return STEP_NO_MEMORY;
    take(memory);
    plan_attention(chunks, count, heads, m);
    for (int64_t i = 0; i < numbers; i += PANEL)
        write_query(given, i, queries + i, numbers - i < PANEL ? (int)(numbers - i) : PANEL, 1.0f);
    auto work = [&](Team& team) {
        attend(team, *l, given, heads, m, scratch + team.thread * scratch_bytes, [&](int row, int head, const float* mixed) {
            memcpy(out + ((int64_t)row * heads + head) * l->rank, mixed, 4 * l->rank);
        });
    };
    on_team(threads, work);
    return STEP_DONE;
}

inline int32_t delta_rule(const float* query, const float* key, const float* value, const float* decay, const float* rate,
                          float* memory, int32_t heads, int32_t tokens, int32_t d, float* read) {
    static thread_local Memory scratch;
    const int64_t floats = whole_lines(head_tokens_floats(d, 1));
    const int threads = openk2::team_size();
    if (!scratch.reserve(4 * floats * threads)) return STEP_NO_MEMORY;
    float* of_threads = scratch.take<float>(floats * threads);
    const DeltaInputs in = {query, key, value, decay, rate, memory, read};
    auto work = [&](Team& team) {
        team.each(heads, [&](int head) { lead_memory(in, head, tokens, d, of_threads + team.thread * floats); });
    };
    on_team(threads, work);
    return STEP_DONE;
}

inline int32_t delta_layer(const ok2_delta* layer, const ok2_chunk* chunks, int32_t count, const float* x, int64_t rows,
                           int32_t width, float* y) {
    static thread_local Memory memory;
    const int threads = openk2::team_size();
    const int longest = width > layer->output.inputs ? width : layer->output.inputs;
    const int64_t scratch_bytes = whole_lines(unpacked_bytes(longest));
    DeltaPlan plan;
    plan.add(*layer);
    DeltaMemory m;
    Activations normed;
    uint8_t* scratch = nullptr;
    const auto take = [&](auto& from) {
        normed = from.activations(rows, width, delta_forms(*layer));
        take_delta_memory(plan, rows, threads, from, m);
        scratch = from.template take<uint8_t>(threads * scratch_bytes);
    };
    Sizes sizes;
    take(sizes);
    if (!memory.reserve(sizes.bytes)) return STEP_NO_MEMORY;
    take(memory);
    ok2_step step = {};
    step.tokens = (int32_t)rows, step.chunks = count, step.chunk = chunks;
    memset(y, 0, 4 * rows * width);
    auto work = [&](Team& team) {
        team.each((int)rows, [&](int row) { write_row(normed, row, x + (int64_t)row * width, width); });
        delta_attention(team, *layer, step, normed, m, y, width, scratch + team.thread * scratch_bytes);
    };
    on_team(threads, work);
    return STEP_DONE;
}

// body(part) for every part of some rows; one row is no work for a team.
template <class Body>
inline void each_part(int parts, Body&& body) {
    auto work = [&](Team& team) { team.each(parts, body); };
    if (parts == 1) body(0);
    else if (parts) on_team(openk2::team_size(), work);
}

inline int32_t ban_ids(float* logits, int32_t rows, int32_t vocabulary, const int32_t* ids, int32_t count) {
    std::atomic<int> outcome{STEP_DONE};
    each_part(rows, [&](int row) {
        if (!ban(logits + (int64_t)row * vocabulary, vocabulary, ids, count)) outcome = STEP_NO_NUMBERS;
    });
    return outcome;
}

// body(i, memory) for every i below `count`, in as many parts as there are threads.
template <class Body>
inline int32_t each_with_memory(int count, int vocabulary, Memory& memory, Body&& body) {
    const int threads = openk2::team_size(), parts = count < threads ? count : threads;
    RowMemory* of_parts = nullptr;
    const auto take = [&](auto& from) {
        of_parts = from.template take<RowMemory>(parts);
        for (int part = 0; part < parts; part++) {
            const RowMemory one = take_row_memory(vocabulary, from);
            if (of_parts) of_parts[part] = one;
        }
    };
    Sizes sizes;
    take(sizes);
    if (!memory.reserve(sizes.bytes)) return STEP_NO_MEMORY;
    take(memory);
    each_part(parts, [&](int part) {
        for (int i = part; i < count; i += parts) body(i, of_parts[part]);
    });
    return STEP_DONE;
}

inline Memory& sampling_memory() {
    static thread_local Memory memory;
    return memory;
}

inline int32_t sample_rows(ok2_choice* choices, int32_t count, int32_t vocabulary) {
    return each_with_memory(count, vocabulary, sampling_memory(),
                            [&](int i, const RowMemory& memory) { choose(choices[i], vocabulary, memory); });
}

inline int32_t report_rows(const float* logits, const int32_t* rows, int32_t count, int32_t vocabulary, const int32_t* ids,
                           int32_t alternatives, float* own, int32_t* top_ids, float* top) {
    return each_with_memory(count, vocabulary, sampling_memory(), [&](int i, const RowMemory& memory) {
        const int64_t at = (int64_t)i * alternatives;
        report(logits + (int64_t)rows[i] * vocabulary, vocabulary, ids[i], alternatives, memory, own + i, top_ids + at, top + at);
    });
}

const ok2_operations OPERATIONS = {pack_weight, linear_rows, routed_experts, latent_attention, run_step,
                                   delta_rule,  delta_layer, ban_ids,        sample_rows,      report_rows};

}  // namespace
