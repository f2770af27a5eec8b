// A block of latent attention in pairs of bfloat16 numbers, in registers.
//
// For scores a vector has the same four pairs of numbers of four columns, so that 12 columns, which are one token of 12 heads,
// take three quarters of what 16 take.
#pragma once
#include "attention_block.h"

#if defined(__AVX512BF16__)
namespace {

// Four columns each that a group's columns make; column c is number c % quads of quarter c / quads of a vector.
inline int quads_of(int columns) { return ceil_div(columns, 4); }

// `columns` <= 16 queries from `at` on: [C / 8][quads][4 columns][8].
inline void arrange_pairs(const Queries& q, int64_t at, int columns, int width, float* out) {
    const int quads = quads_of(columns);
    if (columns < 4 * quads) memset(out, 0, 8 * (int64_t)width * quads);
    for (int c = 0; c < columns; c++) {
        const uint16_t* from = q.bf16 + at + (int64_t)c * width;
        uint16_t* to = (uint16_t*)out + (c % quads * 4 + c / quads) * EIGHT;
        for (int k = 0; k < width; k += EIGHT) memcpy(to + (int64_t)k * 4 * quads, from + k, 2 * EIGHT);
    }
}

// The sums of each quarter of up to four vectors: column c is in quarter c / Q of sums c % Q.
template <int Q>
inline F sums_of_quarters(const F* sums) {
    const F none = spread(0.0f), a = sums[0], b = Q > 1 ? sums[1] : none, c = Q > 2 ? sums[2] : none, d = Q > 3 ? sums[3] : none;
    const F ab = _mm512_unpacklo_ps(a, b) + _mm512_unpackhi_ps(a, b), cd = _mm512_unpacklo_ps(c, d) + _mm512_unpackhi_ps(c, d);
    const __m512d low = _mm512_castps_pd(ab), high = _mm512_castps_pd(cd);
    const F whole = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high)) + _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
    if (Q == 4) return whole;
    alignas(64) int from[16];
    UNROLLED for (int i = 0; i < 16; i++) from[i] = i / Q % 4 * 4 + i % Q;
    return _mm512_permutexvar_ps(load_int(from), whole);
}

// scores[tokens][16] of a block's `known` tokens for a group of Q quads, in pairs. A line of `after`, the next block's rows, is
// fetched beside each line of these: many at a time would keep what is wanted now waiting.
template <int Q>
__attribute__((noinline)) void score_quads(const ok2_latents& l, const uint8_t* const* rows, const uint8_t* const* after, int known,
                                           const uint16_t* queries, float* scores) {
    constexpr int T = Q < 4 ? AT_ONCE : AT_ONCE / 2, LINE = 4 * EIGHT;
    for (int i = 0; i < known; i += T) {
        F total[T][Q];
        UNROLLED for (int t = 0; t < T; t++)
            UNROLLED for (int q = 0; q < Q; q++) total[t][q] = spread(0.0f);
        const auto eight = [&](int k) {
            Pair pairs[Q];
            UNROLLED for (int q = 0; q < Q; q++) pairs[q] = load_pair(queries + (int64_t)k * 4 * Q + 32 * q);
            UNROLLED for (int t = 0; t < T; t++) {
                const Pair latent = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i*)((const uint16_t*)rows[i + t] + k)));
                UNROLLED for (int q = 0; q < Q; q++) total[t][q] = dot_pair(total[t][q], pairs[q], latent);
            }
        };
        int k = 0;
        for (; k + LINE <= l.width; k += LINE) {
            for (int t = 0; after && t < T; t++) fetch_nearby((const uint16_t*)after[i + t] + k);
            UNROLLED for (int e = 0; e < 4; e++) eight(k + e * EIGHT);
        }
        for (; k < l.width; k += EIGHT) eight(k);
        UNROLLED for (int t = 0; t < T; t++) store(scores + (i + t) * COLUMNS, sums_of_quarters<Q>(total[t]));
    }
}

// The same for a group of any size.
inline void score_pairs(const ok2_latents& l, const uint8_t* const* rows, const uint8_t* const* after, int known, int columns,
                        const uint16_t* queries, float* scores) {
    switch (quads_of(columns)) {
        case 1: return score_quads<1>(l, rows, after, known, queries, scores);
        case 2: return score_quads<2>(l, rows, after, known, queries, scores);
        case 3: return score_quads<3>(l, rows, after, known, queries, scores);
        default: return score_quads<4>(l, rows, after, known, queries, scores);
    }
}

// 2^x within 2^-18 of it and exactly 1 at 0, for what is rounded to bfloat16 next; 0 below 2^-124,
// hardly more than the least normal number: making what is smaller is slow on Intel's processors.
inline F power_of_two(F x) {
    const F r = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    F p = fma(spread(1.34267006e-2f), r, spread(5.22424467e-2f));
    p = fma(p, r, spread(2.41280213e-1f));
    p = fma(p, r, spread(6.93044841e-1f));
    return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(x, spread(-124.0f), _CMP_GT_OQ), fma(p, r, spread(1.0f)), x);
}

// Weights of pairs of tokens in bfloat16: [tokens / 2][16 columns]; beside_each() with each. Returns their sums.
template <class Beside>
inline F weigh_pairs(const float* scores, int known, F largest, uint32_t* out, Beside&& beside_each) {
    alignas(64) static constexpr uint16_t BESIDE[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const Pair beside = load_pair(BESIDE), ones = spread_int(0x3f803f80);
    const F two = spread(1.44269504f), shift = spread(0.0f) - largest * two;  // e^x by way of powers of two
    F total = spread(0.0f);
    for (int i = 0; i < known; i += 2) {
        beside_each();
        const F first = power_of_two(fma(load(scores + i * COLUMNS), two, shift));
        const F second = power_of_two(fma(load(scores + (i + 1) * COLUMNS), two, shift));
        const Pair both = _mm512_permutexvar_epi16(beside, (__m512i)_mm512_cvtne2ps_pbh(second, first));
        total = dot_pair(total, both, ones);
        _mm512_storeu_si512(out + i / 2 * COLUMNS, both);
    }
    return total;
}

// V vectors of 16 numbers of two tokens, their numbers side by side. Of each 32 numbers the first vector has 0-3, 8-11, 16-19
// and 24-27, the second the others; a vector alone keeps its order.
template <int V>
inline void interleave(const uint16_t* first, const uint16_t* second, Pair* out) {
    for (int v = 0; v + 2 <= V; v += 2) {
        const __m512i a = load_int(first + 16 * v), b = load_int(second + 16 * v);
        out[v] = _mm512_unpacklo_epi16(a, b);
        out[v + 1] = _mm512_unpackhi_epi16(a, b);
    }
    if (V % 2) out[V - 1] = or_int(load_u16(first + 16 * (V - 1)), left<16>(load_u16(second + 16 * (V - 1))));
}

// What is mixed of 32 numbers, out of that order again.
inline void put_right(F first, F second, float* out) {
    const I low = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    store(out, _mm512_permutex2var_ps(first, low, second));
    store(out + 16, _mm512_permutex2var_ps(first, add_int(low, spread_int(8)), second));
}

// mixed = fade * mixed + weights x latents of some pairs of tokens, for V vectors from k on and 4 columns.
template <int V>
__attribute__((noinline)) void mix_some_pairs(const uint8_t* const* rows, int pairs, int k, const uint32_t* weights,
                                              const float* fade, float* mixed) {
    constexpr int SOME = 4, FAR = 256;  // columns, floats from vector to vector
    F total[SOME][V];
    UNROLLED for (int j = 0; j < SOME; j++)
        UNROLLED for (int v = 0; v < V; v++) total[j][v] = spread(0.0f);
    for (int i = 0; i < pairs; i++) {
        Pair both[V];
        interleave<V>((const uint16_t*)rows[2 * i] + k, (const uint16_t*)rows[2 * i + 1] + k, both);
        UNROLLED for (int j = 0; j < SOME; j++) {
            const Pair weight = spread_pair((const uint16_t*)(weights + 16 * i + j));
            UNROLLED for (int v = 0; v < V; v++) total[j][v] = dot_pair(total[j][v], both[v], weight);
        }
    }
    UNROLLED for (int j = 0; j < SOME; j++)
        UNROLLED for (int v = 0; v < V; v++) {
            float* some = mixed + v * FAR + j * 16;
            store(some, fma(load(some), spread(fade[j]), total[j][v]));
        }
}

// mixed = fade * mixed + weights x latents of a block's `known` tokens for every group, in pairs.
inline void mix_pairs(const ok2_latents& l, const AttentionScratch& s, int known, int columns, const Seen* seen) {
    const auto mix = [&](auto vectors, int k) {
        constexpr int V = decltype(vectors)::value;
        for (int c = 0; c < columns; c += 4) {
            const int g = c / COLUMNS, of_group = c % COLUMNS;
            const uint32_t* weights = s.weights + g * (KNOWN / 2 * COLUMNS) + of_group;
            mix_some_pairs<V>(s.rows, known / 2, k, weights, s.fade + c, mixed_at(seen[g], of_group, k));
        }
    };
    int k = 0;
    for (; k + 64 <= l.rank; k += 64) mix(std::integral_constant<int, 4>{}, k);
    for (; k + 32 <= l.rank; k += 32) mix(std::integral_constant<int, 2>{}, k);
    for (; k < l.rank; k += 16) mix(std::integral_constant<int, 1>{}, k);
}

}  // namespace
#endif
