// Feed-forward halves: SwiGLU over all rows of a step, and over the rows routed to each expert.
//
// Gate and up are made 32 outputs at a time, which is a brick of what down reads: the hidden row goes from registers
// into the form down wants. Down adds to a row of the residual stream expert after expert in the order of their numbers,
// each output by one thread, so that the sum does not depend on threads or company.
#pragma once
#include "linear.h"

namespace {

// Rows that meet one gate, up and down.
struct Group {
    const ok2_feed_forward* weights;
    int source;              // of its rows in the activations it reads, a multiple of 16
    int first;               // of its hidden rows, a multiple of 16
    int rows;
    const int32_t* targets;  // [rows]: row of y each adds to; NULL: itself
    const float* factors;    // [rows]; NULL: 1
};

// Groups of one shape, with what they read and where their hidden rows go.
struct Groups {
    const Group* group;
    int count;
    const Activations* x;
    const Activations* hidden;
    int bricks() const { return count ? ceil_div(group[0].weights->gate.outputs, BRICK) : 0; }
};

constexpr int MOMENTS_OF_HIDDEN = 3;  // of tile products, that a row of a brick takes

// 32 outputs of hidden = silu(gate(x)) * up(x)
inline void gate_and_up(const Group& g, int brick, const Group* next, int next_brick, const Activations& x, const Activations& hidden,
                        uint8_t* scratch) {
    const ok2_matrix &gate = g.weights->gate, &up = g.weights->up;
    const int first = 2 * brick, left = panels_of(gate) - first, panels = left < 2 ? left : 2;
    const Coming next_gates = next ? coming(next->weights->gate, 2 * next_brick) : Coming{};
    const Coming next_ups = next ? coming(next->weights->up, 2 * next_brick) : Coming{};
    // few rows go through gate and up one after the other, many through a part of both
    const bool few = g.rows <= BLOCK;
    const Ready gates = ready(gate, first, panels, g.rows, scratch, few ? coming(up, first) : next_gates);
    uint8_t* const beside = scratch + (int64_t)2 * bricks_of(gate) * 1024;
    const Ready ups = ready(up, first, panels, g.rows, beside, few ? next_gates : next_ups);
    Following following(next_gates, gate, panels);
    following.add(next_ups, up, panels);
    if (const int64_t moments = moments_of(gates, g.rows)) following.spread_over(2 * moments + MOMENTS_OF_HIDDEN * g.rows);
    alignas(64) float gate_out[2 * TILE_ROWS * PANEL], up_out[2 * TILE_ROWS * PANEL];
    for (int row = 0; row < g.rows; row += TILE_ROWS) {
        const int some = g.rows - row < TILE_ROWS ? g.rows - row : TILE_ROWS;
        product(gates, x, g.source + row, some, gate_out, following);
        product(ups, x, g.source + row, some, up_out, following);
        for (int i = 0; i < some; i++) {
            following.pass(MOMENTS_OF_HIDDEN);
            alignas(64) float values[BRICK] = {0};
            for (int p = 0; p < panels; p++)
                for (int v = 0; v < PANEL; v += LANES) {
                    const int at = (p * TILE_ROWS + i) * PANEL + v;
                    store(values + p * PANEL + v, silu(load(gate_out + at)) * load(up_out + at));
                }
            write_brick(hidden, g.first + row + i, brick, values);
        }
    }
}

// Adds to the rows of y that a group's rows are meant for.
struct ToTargets {
    static constexpr bool FAR = false;
    const Group& g;
    float* y;
    int64_t stride;

    RowOfY row(int row, int output) const {
        return {y + (g.targets ? g.targets[row] : row) * stride + output, true, g.factors ? g.factors[row] : 1.0f};
    }
};

// y[target] += factor * down(hidden) for some panels of outputs.
inline void down(const Group& g, int first, int count, const Activations& hidden, float* y, int64_t stride, uint8_t* scratch,
                 Coming next) {
    multiply_panels(g.weights->down, first, count, hidden.from(g.first), g.rows, scratch, next, ToTargets{g, y, stride});
}

// Panels of all groups that are added up before the next ones: as many as leave the rows they are added to in the second cache.
inline int panels_of_targets(int panels, int rows, int threads) {
    constexpr int64_t ROOM = 1 << 20;
    if (rows <= BLOCK) return ceil_div(panels, 2 * threads);
    int times = 1;  // for each thread
    while (times * threads < panels && ceil_div(panels, times * threads) * (int64_t)rows * PANEL * 4 > ROOM) times++;
    return ceil_div(panels, times * threads);
}

// y[rows, width] += the sum of all groups, the first kind before the second.
inline void feed_forward(Team& team, const Groups (&kinds)[2], int rows, int width, float* y, uint8_t* scratch) {
    const int first_units = kinds[0].count * kinds[0].bricks();
    const int panels = ceil_div(width, PANEL), at_once = panels_at_once(panels, rows, team.shared.threads);
    const int some = panels_of_targets(panels, rows, team.shared.threads);
    const Groups& earlier = kinds[kinds[0].count == 0];
    if (earlier.count) expect_panels(team, earlier.group[0].weights->down, team.first_of(ceil_div(panels, some)) * some, panels);
    team.each(first_units + kinds[1].count * kinds[1].bricks(), [&](int unit) {
        const Groups& kind = kinds[unit >= first_units];
        if (unit >= first_units) unit -= first_units;
        const int bricks = kind.bricks(), after = unit + 1;
        const Group* next = after < kind.count * bricks ? kind.group + after / bricks : nullptr;
        gate_and_up(kind.group[unit / bricks], unit % bricks, next, after % bricks, *kind.x, *kind.hidden, scratch);
    });
    team.each(ceil_div(panels, some), [&](int unit) {
        const int begin = unit * some, end = begin + some < panels ? begin + some : panels;
        for (const Groups& kind : kinds)
            for (int i = 0; i < kind.count; i++)
                for (int first = begin; first < end; first += at_once) {
                    const int count = end - first < at_once ? end - first : at_once;
                    const bool last = first + count == end;
                    const Coming next = !last ? coming(kind.group[i].weights->down, first + count)
                                        : i + 1 < kind.count ? coming(kind.group[i + 1].weights->down, begin) : Coming{};
                    down(kind.group[i], first, count, *kind.hidden, y, width, scratch, next);
                }
    });
}

// Pairs of token and expert, sorted by expert; each expert's rows begin at a multiple of 16. The row of a step that has
// one need not be gathered: all its experts read it where it is.
struct Routing {
    int32_t* used;     // experts that have rows, ascending
    int32_t* targets;  // [places]: token of a row
    float* factors;    // [places]
    Group* groups;     // [used]
    int count = 0;     // of used experts
    int32_t* begins;   // [E + 1], scratch
};
inline int64_t most_places(int64_t rows, int experts, int k) {
    const int64_t pairs = rows * k, spread_over = pairs < experts ? pairs : experts;
    return whole_lines(pairs + spread_over * (BLOCK - 1));
}

inline void sort_pairs(const int32_t* chosen, const float* weights, int rows, int k, int experts, Routing& r) {
    int32_t* begins = r.begins;
    memset(begins, 0, 4 * (experts + 1));
    for (int i = 0; i < rows * k; i++) begins[chosen[i] + 1]++;
    int place = 0;
    r.count = 0;
    for (int e = 0; e < experts; e++) {
        const int count = begins[e + 1];
        begins[e] = place;
        if (!count) continue;
        r.used[r.count] = e;
        r.groups[r.count++] = {nullptr, rows == 1 ? 0 : place, place, count, r.targets + place, r.factors + place};
        place += ceil_div(count, BLOCK) * BLOCK;
    }
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < k; i++) {
            const int at = begins[chosen[row * k + i]]++;
            r.targets[at] = row;
            r.factors[at] = weights[row * k + i];
        }
}

// Every expert's rows from the step's `rows`; returns where they are.
inline Activations gather(Team& team, const Routing& r, int rows, const Activations& from, const Activations& to) {
    if (rows == 1) return from;
    team.each(r.count, [&](int i) {
        const Group& g = r.groups[i];
        for (int row = 0; row < g.rows; row++) copy_row(to, g.source + row, from, g.targets[row]);
    });
    return to;
}

}  // namespace
