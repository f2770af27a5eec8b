// From rows of logits to tokens and log-probabilities; engine/sampler.py says what is done, and in which order.
//
// A row is read in blocks of BLOCK_IDS ids. Weights e^((x - largest) / temperature) and their sums are doubles: those of a
// block in eight chains, the blocks' in their order; every level makes the same ones. What top-k and top-p keep is the
// beginning of the row sorted by logit, of equal ones the smaller id first, so it is told by the last that is kept.
#pragma once
#include <algorithm>
#include "memory.h"

namespace {

constexpr int BLOCK_IDS = 128;
constexpr int STEPS = 1024;    // of a histogram, and one for the rest
constexpr int HISTOGRAMS = 4;  // neighbours need not wait for each other
constexpr int FEW = 32;        // are sorted

// e^z of z <= 0 within 2 units in the last place; exactly 1 at 0 and 0 below -700.
inline double exponential(double z) {
    constexpr double SHIFT = 0x1.8p52;  // leaves a whole number in the lowest bits
    const double bounded = z > -700.0 ? z : -700.0, shifted = __builtin_fma(bounded, 0x1.71547652b82fep0, SHIFT);
    const double n = shifted - SHIFT;
    const double r = __builtin_fma(n, -0x1.abc9e3b39803fp-56, __builtin_fma(n, -0x1.62e42fefa39efp-1, bounded));
    double p = 1.0 / 6227020800;  // 1 / 13!, and so on down
    p = __builtin_fma(p, r, 1.0 / 479001600);
    p = __builtin_fma(p, r, 1.0 / 39916800);
    p = __builtin_fma(p, r, 1.0 / 3628800);
    p = __builtin_fma(p, r, 1.0 / 362880);
    p = __builtin_fma(p, r, 1.0 / 40320);
    p = __builtin_fma(p, r, 1.0 / 5040);
    p = __builtin_fma(p, r, 1.0 / 720);
    p = __builtin_fma(p, r, 1.0 / 120);
    p = __builtin_fma(p, r, 1.0 / 24);
    p = __builtin_fma(p, r, 1.0 / 6);
    p = __builtin_fma(p, r, 1.0 / 2);
    p = __builtin_fma(p, r, 1.0);
    p = __builtin_fma(p, r, 1.0);
    int64_t power, bits;
    memcpy(&power, &shifted, 8);
    memcpy(&bits, &p, 8);
    bits += (int64_t)((uint64_t)power << 52);
    bits &= -(int64_t)(z >= -700.0);  // no branch: then loops become vectors
    memcpy(&p, &bits, 8);
    return p;
}

struct Candidate {
    float x;
    int32_t id;
};
struct Before {
    bool operator()(const Candidate& a, const Candidate& b) const { return a.x > b.x || (a.x == b.x && a.id < b.id); }
};

// Where one row is worked on.
struct RowMemory {
    float* x;               // [whole blocks]
    float* most;            // [blocks]
    double* sums;           // [blocks]
    double* histograms;     // [HISTOGRAMS][STEPS + 1]
    Candidate* candidates;  // [whole blocks]
};

inline int blocks_of(int vocabulary) { return ceil_div(vocabulary, BLOCK_IDS); }

template <class Source>
inline RowMemory take_row_memory(int vocabulary, Source& from) {
    const int64_t blocks = blocks_of(vocabulary);
    RowMemory m;
    m.x = from.template take<float>(blocks * BLOCK_IDS);
    m.most = from.template take<float>(blocks);
    m.sums = from.template take<double>(blocks);
    m.histograms = from.template take<double>(HISTOGRAMS * (STEPS + 1));
    m.candidates = from.template take<Candidate>(blocks * BLOCK_IDS);
    return m;
}

class LogitRow {
  public:
    LogitRow(const float* logits, int vocabulary, const RowMemory& memory)
        : x(logits), m(memory), V(vocabulary), blocks(blocks_of(vocabulary)) {
        if (V % BLOCK_IDS) copy();
        measure();
    }

    // Bias, penalties, and what may not come.
    void adjust(const ok2_choice& c) {
        if (!c.biased && !c.counted && !c.held && !c.allowed) return;
        if (x != m.x) copy();
        for (int i = 0; i < c.biased; i++)
            if (exists(c.bias_ids[i])) m.x[c.bias_ids[i]] += c.biases[i];
        for (int i = 0; i < c.counted; i++)
            if (exists(c.counted_ids[i])) penalise(m.x[c.counted_ids[i]], c.counts[i], c);
        if (c.allowed) forbid(c.allowed);
        measure();
        if (c.held) hold_back(c.held_ids, c.held);
    }

    // The first of the largest.
    int best() const {
        for (int b = 0; b < blocks; b++) {
            if (m.most[b] != largest) continue;
            for (int i = b * BLOCK_IDS; i < V; i++)
                if (x[i] == largest) return i;
        }
        return 0;
    }

    int draw(const ok2_choice& c) {
        if (!(largest > -INFINITY)) return 0;
        inverse = 1.0 / c.temperature < 1e300 ? 1.0 / c.temperature : 1e300;  // a tiny temperature must not overflow
        const bool few = c.top_k && c.top_k < V;
        if (few) keep_few(c.top_k, c.top_p);
        else if (c.top_p < 1.0) keep_nucleus(c.top_p);
        least_weight = c.min_p;
        return invert(c.number, weigh());
    }

    // The row's most probable ids, the most probable first; returns how many there are, `count` at most.
    int most_probable(int count, Candidate*& found) {
        found = m.candidates;
        const int n = select(count);
        std::sort(found, found + n, Before());
        return n;
    }

    // Logarithm of the sum of e^x, at temperature 1 and with nothing cut off.
    double log_sum() {
        inverse = 1.0;
        return largest + log(weigh());
    }
    double operator[](int id) const { return x[id]; }

  private:
    void copy() {
        memcpy(m.x, x, 4 * (int64_t)V);
        for (int i = V; i < blocks * BLOCK_IDS; i++) m.x[i] = -INFINITY;
        x = m.x;
    }

    void measure() {
        largest = -INFINITY;
        for (int b = 0; b < blocks; b++) {
            F most = load(x + b * BLOCK_IDS);
            for (int i = LANES; i < BLOCK_IDS; i += LANES) most = larger(load(x + b * BLOCK_IDS + i), most);
            float lanes[LANES];
            store(lanes, most);
            for (int width = LANES / 2; width; width /= 2)
                for (int i = 0; i < width; i++) lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
            m.most[b] = lanes[0];
            largest = lanes[0] > largest ? lanes[0] : largest;
        }
    }

    bool exists(int32_t id) const { return id >= 0 && id < V; }

    static void penalise(float& x, int32_t count, const ok2_choice& c) {
        x = x > 0 ? x / c.repetition : x * c.repetition;
        x -= (float)count * c.frequency + (count > 0 ? c.presence : 0.0f);
    }

    void forbid(const uint8_t* allowed) {
        static const int32_t BITS[16] = {1,   2,   4,    8,    16,   32,   64,    128,
                                         256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
        const F zero = spread(0.0f), never = spread(-INFINITY);
        for (int i = 0; i < V; i += 16) {
            const I both = spread_int(allowed[i / 8] | allowed[i / 8 + 1] << 8);
            for (int v = 0; v < 16; v += LANES) {
                const F may = to_float(and_int(both, load_int(BITS + v)));
                store(m.x + i + v, where_less(zero, may, load(m.x + i + v), never));
            }
        }
    }

    // Unless nothing else may come.
    void hold_back(const int32_t* ids, int count) {
        Candidate* were = m.candidates;
        int n = 0;
        for (int i = 0; i < count; i++)
            if (exists(ids[i]) && m.x[ids[i]] > -INFINITY) were[n++] = {m.x[ids[i]], ids[i]}, m.x[ids[i]] = -INFINITY;
        measure();
        if (largest > -INFINITY) return;
        for (int i = 0; i < n; i++) m.x[were[i].id] = were[i].x;
        measure();
    }

    double weight(float x) const { return exponential(((double)x - largest) * inverse); }

    void weigh_ids(const float* from, double* weights) const {
        const double most = largest, factor = inverse;
        for (int i = 0; i < BLOCK_IDS; i++) weights[i] = exponential((from[i] - most) * factor);
    }

    // Weights of a block, 0 for what is not kept; returns their sum.
    double weigh_block(int block, double* weights) const {
        const float *from = x + block * BLOCK_IDS, bound = last.x;
        const int of_equals = last.id - block * BLOCK_IDS;
        const double least = least_weight;
        weigh_ids(from, weights);
        for (int i = 0; i < BLOCK_IDS; i++) {
            const bool kept = (from[i] > bound) | ((from[i] == bound) & (i <= of_equals));
            weights[i] = (kept & (weights[i] >= least)) ? weights[i] : 0.0;
        }
        double chains[8] = {0};
        for (int i = 0; i < BLOCK_IDS; i += 8)
            for (int k = 0; k < 8; k++) chains[k] += weights[i + k];
        return ((chains[0] + chains[4]) + (chains[2] + chains[6])) + ((chains[1] + chains[5]) + (chains[3] + chains[7]));
    }

    // Sums of the blocks; returns the sum of all.
    double weigh() {
        double weights[BLOCK_IDS], total = 0;
        for (int b = 0; b < blocks; b++) total += m.sums[b] = m.most[b] < last.x ? 0.0 : weigh_block(b, weights);
        return total;
    }

    // The `count` most probable ids are made the first candidates, the least probable of them the last; returns how many
    // there are.
    int select(int count) {
        Candidate* found = m.candidates;
        float bound = -INFINITY;
        if (count <= blocks) {  // as many blocks have a logit of at least
            for (int b = 0; b < blocks; b++) found[b] = {m.most[b], b};
            std::nth_element(found, found + count - 1, found + blocks, Before());
            bound = found[count - 1].x;
        }
        int n = 0;
        for (int b = 0; b < blocks; b++) {
            if (m.most[b] < bound) continue;
            for (int i = b * BLOCK_IDS; i < (b + 1) * BLOCK_IDS; i++)
                if (x[i] >= bound && x[i] > -INFINITY) found[n++] = {x[i], i};
        }
        if (n < count) return n;
        std::nth_element(found, found + count - 1, found + n, Before());
        return count;
    }

    double sum_of(const Candidate* some, int count) const {
        double total = 0;
        for (int i = 0; i < count; i++) total += weight(some[i].x);
        return total;
    }

    // Keep of some candidates, in their order, those before which the sum of all weights is below `target`; it is `reached`
    // before the first.
    void keep_below(Candidate* some, int count, double reached, double target) {
        while (count > FEW) {
            const int half = count / 2;
            std::nth_element(some, some + half, some + count, Before());
            const double sum = sum_of(some, half);
            if (reached + sum >= target) count = half;
            else some += half, count -= half, reached += sum;
        }
        std::sort(some, some + count, Before());
        for (int i = 0; i < count && reached < target; i++) {
            last = some[i];
            reached += weight(some[i].x);
        }
    }

    // top-k, and of what is left top-p.
    void keep_few(int k, double top_p) {
        const int count = select(k);
        if (count == k) last = m.candidates[k - 1];
        if (top_p < 1.0) keep_below(m.candidates, count, 0, top_p * sum_of(m.candidates, count));
    }

    // top-p over the whole row. Ids whose weight is less than the V-th part of what may be left out cannot be needed; the
    // others are counted by how far their logit is from the largest, and those where the sum is reached looked at.
    void keep_nucleus(double top_p) {
        const float scale = (float)std::min(STEPS * inverse / log(V / (1 - top_p)), 1e30);
        const float most = largest;
        const auto count_steps = [&](int block, int32_t* steps) {
            const float* from = x + block * BLOCK_IDS;
            for (int i = 0; i < BLOCK_IDS; i++) {
                const float distance = (most - from[i]) * scale;
                steps[i] = (int32_t)(distance < STEPS ? distance : (float)STEPS);
            }
        };
        double weights[BLOCK_IDS], total = 0;
        int32_t steps[BLOCK_IDS];
        memset(m.histograms, 0, HISTOGRAMS * (STEPS + 1) * sizeof(double));
        for (int b = 0; b < blocks; b++) {
            count_steps(b, steps);
            weigh_ids(x + b * BLOCK_IDS, weights);
            for (int i = 0; i < BLOCK_IDS; i++) m.histograms[i % HISTOGRAMS * (STEPS + 1) + steps[i]] += weights[i];
        }
        for (int step = 0; step <= STEPS; step++) {
            for (int h = 1; h < HISTOGRAMS; h++) m.histograms[step] += m.histograms[h * (STEPS + 1) + step];
            total += m.histograms[step];
        }
        double reached = 0;
        int where = 0, n = 0;
        while (where < STEPS && reached + m.histograms[where] < top_p * total) reached += m.histograms[where++];
        for (int b = 0; b < blocks; b++) {
            count_steps(b, steps);
            for (int i = 0; i < BLOCK_IDS; i++)
                if (steps[i] == where) m.candidates[n++] = {x[b * BLOCK_IDS + i], b * BLOCK_IDS + i};
        }
        keep_below(m.candidates, n, reached, top_p * total);
    }

    // The first id at which the running sum exceeds number * total; one of weight 0 is never it.
    int invert(double number, double total) const {
        const double most = nextafter(total, 0.0), target = number * total < most ? number * total : most;
        double weights[BLOCK_IDS], reached = 0;
        for (int b = 0; b < blocks; b++) {
            if (!(reached + m.sums[b] > target)) {
                reached += m.sums[b];
                continue;
            }
            weigh_block(b, weights);
            int id = -1;
            for (int i = 0; i < BLOCK_IDS && (id < 0 || !(reached > target)); i++)
                if (weights[i] > 0) id = b * BLOCK_IDS + i, reached += weights[i];
            return id;
        }
        return 0;  // there is no number among the logits
    }

    const float* x;
    const RowMemory m;
    const int V, blocks;
    float largest = -INFINITY;
    double inverse = 1.0, least_weight = 0.0;
    Candidate last = {-INFINITY, INT32_MAX};
};

// Ids that stand for nothing get no probability; false where a logit is not a number.
inline bool ban(float* logits, int vocabulary, const int32_t* ids, int count) {
    int wrong = 0;
    for (int i = 0; i < vocabulary; i++) wrong |= logits[i] != logits[i];
    for (int i = 0; i < count; i++) logits[ids[i]] = -INFINITY;
    return !wrong;
}

inline void choose(ok2_choice& c, int vocabulary, const RowMemory& memory) {
    LogitRow row(c.logits, vocabulary, memory);
    row.adjust(c);
    c.id = c.temperature > 0 ? row.draw(c) : row.best();
}

// Log-probabilities of an id and of the most probable ones; where there are not as many, -1 fills the rest.
inline void report(const float* logits, int vocabulary, int id, int alternatives, const RowMemory& memory, float* own,
                   int32_t* top_ids, float* top) {
    LogitRow row(logits, vocabulary, memory);
    const double log_sum = row.log_sum();
    *own = (float)(row[id] - log_sum);
    if (!alternatives) return;
    Candidate* found;
    const int count = row.most_probable(alternatives, found);
    for (int i = 0; i < alternatives; i++) {
        top_ids[i] = i < count ? found[i].id : -1;
        top[i] = i < count ? (float)(found[i].x - log_sum) : -INFINITY;
    }
}

}  // namespace
