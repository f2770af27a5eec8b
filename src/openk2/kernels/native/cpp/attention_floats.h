// A block of latent attention in floats, on any level: latents of bfloat16 are made floats first.
#pragma once
#include "attention_block.h"

namespace {

// `columns` <= 16 queries from `at` on: [C][16].
inline void arrange_floats(const Queries& q, int64_t at, int columns, int width, float* out) {
    memset(out, 0, 4 * COLUMNS * (int64_t)width);
    for (int c = 0; c < columns; c++)
        for (int i = 0; i < width; i++) out[i * COLUMNS + c] = q.f32[at + (int64_t)c * width + i];
}

// A block's latents as floats.
inline void prepare_floats(const ok2_latents& l, int known, const AttentionScratch& s) {
    for (int i = 0; i < known; i++) {
        float* to = s.known + (int64_t)i * l.width;
        if (!l.bfloat16) memcpy(to, s.rows[i], 4 * l.width);
        else
            for (int k = 0; k < l.width; k++) to[k] = from_bf16(((const uint16_t*)s.rows[i])[k]);
    }
}

// scores[T][16] of T tokens in floats.
template <int T>
inline void score_some_floats(const float* known, int width, const float* queries, float* scores) {
    F total[T][VECTORS];
    UNROLLED for (int j = 0; j < T; j++)
        UNROLLED for (int v = 0; v < VECTORS; v++) total[j][v] = spread(0.0f);
    for (int k = 0; k < width; k++) {
        F q[VECTORS];
        UNROLLED for (int v = 0; v < VECTORS; v++) q[v] = load(queries + k * COLUMNS + v * LANES);
        UNROLLED for (int j = 0; j < T; j++)
            UNROLLED for (int v = 0; v < VECTORS; v++) total[j][v] = fma(spread(known[(int64_t)j * width + k]), q[v], total[j][v]);
    }
    UNROLLED for (int j = 0; j < T; j++)
        UNROLLED for (int v = 0; v < VECTORS; v++) store(scores + j * COLUMNS + v * LANES, total[j][v]);
}

// scores[tokens][16] of a block's `known` tokens for one group, in floats.
inline void score_floats(const ok2_latents& l, const AttentionScratch& s, int known, const float* queries, float* scores,
                         Ahead& ahead) {
    constexpr int SOME = LANES == 16 ? AT_ONCE : LANES == 8 ? 6 : AT_ONCE / 2;
    int i = 0;
    for (; i + SOME <= known; i += SOME) {
        ahead.fetch(SOME);
        score_some_floats<SOME>(s.known + (int64_t)i * l.width, l.width, queries, scores + i * COLUMNS);
    }
    for (; i < known; i += 2) {
        ahead.fetch(2);
        score_some_floats<2>(s.known + (int64_t)i * l.width, l.width, queries, scores + i * COLUMNS);
    }
}

// Scores of one vector of columns become weights; returns their sums.
inline F weigh_floats(float* scores, int known, F largest) {
    F total = spread(0.0f);
    for (int i = 0; i < known; i++) {
        const F weight = exponential(load(scores + i * COLUMNS) - largest);
        store(scores + i * COLUMNS, weight);
        total = total + weight;
    }
    return total;
}

// mixed = fade * mixed + weights x latents of `tokens` tokens, for V vectors from k on and 4 columns from c on, in floats.
template <int V>
inline void mix_some_floats(const float* known, int tokens, int width, const float* weights, const float* fade, int c, int k,
                            const Seen& seen) {
    constexpr int SOME = 4;  // columns
    F total[SOME][V];
    UNROLLED for (int j = 0; j < SOME; j++)
        UNROLLED for (int v = 0; v < V; v++) total[j][v] = spread(0.0f);
    for (int i = 0; i < tokens; i++) {
        F latent[V];
        UNROLLED for (int v = 0; v < V; v++) latent[v] = load(known + (int64_t)i * width + k + v * LANES);
        UNROLLED for (int j = 0; j < SOME; j++) {
            const F weight = spread(weights[i * COLUMNS + c + j]);
            UNROLLED for (int v = 0; v < V; v++) total[j][v] = fma(weight, latent[v], total[j][v]);
        }
    }
    UNROLLED for (int j = 0; j < SOME; j++)
        UNROLLED for (int v = 0; v < V; v++) {
            float* some = mixed_at(seen, c + j, k + v * LANES);
            store(some, fma(load(some), spread(fade[c + j]), total[j][v]));
        }
}

// mixed = fade * mixed + weights x latents of a block's `known` tokens for one group, in floats.
inline void mix_floats(const ok2_latents& l, const AttentionScratch& s, int known, const float* scores, const float* fade,
                       int columns, const Seen& seen) {
    constexpr int SOME = 4, MOST = 3;  // columns, vectors
    int k = 0;
    for (; k + MOST * LANES <= l.rank; k += MOST * LANES)
        for (int c = 0; c < columns; c += SOME) mix_some_floats<MOST>(s.known, known, l.width, scores, fade, c, k, seen);
    for (; k < l.rank; k += LANES)
        for (int c = 0; c < columns; c += SOME) mix_some_floats<1>(s.known, known, l.width, scores, fade, c, k, seen);
}

}  // namespace
