// Products of a step's rows with whole weights, shared out to a team by groups of panels.
#pragma once
#include "memory.h"
#include "product_amx.h"
#include "team.h"

namespace {

using openk2::Team;

// Panels of a piece of work: four, two where many rows want room in the nearest cache, fewer where threads would be left
// without work.
inline int panels_at_once(int panels, int rows, int threads) {
    if (panels >= 8 * threads && rows <= BLOCK) return 4;
    return panels >= 4 * threads ? 2 : 1;
}

// The rows of one head of a weight whose heads are each filled to whole panels.
inline ok2_matrix part_of(const ok2_matrix& m, int part, int outputs) {
    ok2_matrix one = m;
    one.outputs = outputs;
    const int64_t panel = (int64_t)part * ceil_div(outputs, PANEL);
    one.codes = (const uint8_t*)m.codes + panel * panel_bytes(m);
    switch (m.format) {
        case OK2_FP8: one.scales = (const float*)m.scales + panel * ceil_div(m.inputs, 128); break;
        case OK2_INT8: case OK2_INT8_A16: one.scales = (const float*)m.scales + panel * PANEL; break;
        case OK2_INT4: case OK2_INT4_A16: one.scales = (const uint16_t*)m.scales + panel * bricks_of(m) * PANEL; break;
        default: break;
    }
    return one;
}

// Gives every row its outputs of `count` panels from `first`: emit.row(row, output) stands for a row from an output on and is called
// with a panel, its values and how many there are. Memory it writes to (`to`) is fetched before where Emit is FAR. `next`: what
// comes after these panels.
template <class Emit>
inline void multiply_panels(const ok2_matrix& m, int first, int count, const Activations& a, int rows, uint8_t* scratch,
                            Coming next, Emit&& emit) {
    alignas(64) float out[MOST_PANELS * TILE_ROWS * PANEL];
    const Ready r = ready(m, first, count, rows, scratch, next);
    Following following(next, m, count);
    const int left = m.outputs - first * PANEL;
    // rows that are written count as moments though nothing is fetched beside them: all lines beside the products were slower
    if (const int64_t moments = moments_of(r, rows)) following.spread_over(moments + rows);
    for (int row = 0; row < rows; row += TILE_ROWS) {
        const int some = rows - row < TILE_ROWS ? rows - row : TILE_ROWS;
        if constexpr (std::remove_reference_t<Emit>::FAR)  // what is written later is fetched now
            for (int i = 0; i < some; i++) {
                const auto to = emit.row(row + i, first * PANEL);
                for (int p = 0; p < count; p++) fetch(to.to + p * PANEL);
            }
        product(r, a, row, some, out, following);
        for (int i = 0; i < some; i++) {
            const auto to = emit.row(row + i, first * PANEL);
            const float* values = out + i * PANEL;
            if (left >= count * PANEL)
                for (int p = 0; p < count; p++) to(p, values + p * TILE_ROWS * PANEL, PANEL);
            else
                for (int p = 0; p < count; p++)
                    to(p, values + p * TILE_ROWS * PANEL, left - p * PANEL < PANEL ? left - p * PANEL : PANEL);
        }
    }
}

// One of several products that are shared out together.
struct Job {
    const ok2_matrix* weight;
    const Activations* x;
    float* y;  // [rows, stride]
    int64_t stride;
    bool add = false;  // to what y holds
};

// A row of y from an output on: values are put there, or added times a factor.
struct RowOfY {
    float* to;
    bool add;
    float factor = 1.0f;

    void operator()(int panel, const float* values, int n) const {
        float* const y = to + panel * PANEL;
        if (n == PANEL)
            for (int v = 0; v < PANEL; v += LANES)
                store(y + v, add ? fma(load(values + v), spread(factor), load(y + v)) : load(values + v));
        else
            for (int i = 0; i < n; i++) y[i] = add ? fmaf(values[i], factor, y[i]) : values[i];
    }
};

// Writes to the rows of a job's y.
struct ToRows {
    static constexpr bool FAR = true;
    const Job& job;

    RowOfY row(int row, int output) const { return {job.y + row * job.stride + output, job.add}; }
};

constexpr int MOST_JOBS = 6;

// How the panels of several products are cut into pieces.
struct Pieces {
    int count = 0;
    int ends[MOST_JOBS] = {}, at_once[MOST_JOBS] = {};

    int job(int piece) const {
        int j = 0;
        while (piece >= ends[j]) j++;
        return j;
    }
    int first_panel(int piece, int j) const { return (piece - (j ? ends[j - 1] : 0)) * at_once[j]; }
};

inline Pieces pieces_of(const Job* jobs, int count, int rows, int threads) {
    Pieces pieces;
    for (int j = 0; j < count; j++) {
        const int panels = panels_of(*jobs[j].weight);
        pieces.at_once[j] = panels_at_once(panels, rows, threads);
        pieces.ends[j] = pieces.count += ceil_div(panels, pieces.at_once[j]);
    }
    return pieces;
}

// y = x @ weightT of up to MOST_JOBS jobs.
inline void multiply(Team& team, const Job* jobs, int count, int rows, uint8_t* scratch) {
    const Pieces pieces = pieces_of(jobs, count, rows, team.shared.threads);
    team.each(pieces.count, [&](int piece) {
        const int j = pieces.job(piece), at_once = pieces.at_once[j];
        const Job& job = jobs[j];
        const int first = pieces.first_panel(piece, j), left = panels_of(*job.weight) - first;
        const Coming next = coming(*job.weight, first + at_once);
        multiply_panels(*job.weight, first, left < at_once ? left : at_once, *job.x, rows, scratch, next, ToRows{job});
    });
}

constexpr int64_t MOST_WANTED = 128 << 10;  // bytes; the second cache of a core holds more

// Panels from one on are what this thread will want next; `panels` of them lie there.
inline void expect_panels(Team& team, const ok2_matrix& m, int panel, int panels) {
    const int64_t left = (panels - panel) * panel_bytes(m), bytes = left < MOST_WANTED ? left : MOST_WANTED;
    team.wanted = {(const uint8_t*)m.codes + panel * panel_bytes(m), bytes / 64};
}

// This thread's part of some products comes next.
inline void expect(Team& team, const Job* jobs, int count, int rows) {
    const Pieces pieces = pieces_of(jobs, count, rows, team.shared.threads);
    const int piece = team.first_of(pieces.count), j = pieces.job(piece);
    expect_panels(team, *jobs[j].weight, pieces.first_panel(piece, j), panels_of(*jobs[j].weight));
}
inline void expect_heads(Team& team, const ok2_matrix& m, int heads, int outputs) {
    const int panels = heads * ceil_div(outputs, PANEL);
    expect_panels(team, m, team.first_of(panels), panels);
}

template <class Emit>
struct ToHead {
    struct Row {
        Emit& emit;
        int row, head, output;

        void operator()(int panel, const float* values, int n) const { emit(row, head, output + panel * PANEL, values, n); }
    };
    static constexpr bool FAR = false;
    Emit& emit;
    int head;

    Row row(int row, int output) const { return {emit, row, head, output}; }
};

// The same weight for every head: emit(row, head, first output, values, count).
template <class Emit>
inline void multiply_heads(Team& team, const ok2_matrix& m, int heads, int outputs, const Activations* x, int rows,
                           uint8_t* scratch, Emit&& emit) {
    const int panels = ceil_div(outputs, PANEL), threads = team.shared.threads;
    const int at_once = heads < 2 * threads ? panels_at_once(panels, rows, threads) : rows <= BLOCK ? 4 : 2;
    const int units = ceil_div(panels, at_once);
    team.each(heads * units, [&](int unit) {
        const int head = unit / units, first = unit % units * at_once, left = panels - first;
        const ok2_matrix one = part_of(m, head, outputs);
        multiply_panels(one, first, left < at_once ? left : at_once, x[head], rows, scratch, coming(one, first + at_once),
                        ToHead<Emit>{emit, head});
    });
}

}  // namespace
