// One block of absorbed latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1.2): a token's heads share one latent
// per known token, which is read once for all of them.
//
// A column is one head of one token. Columns are worked on 16 at a time, known tokens in blocks of 64 (softmax as they
// come, arXiv 2205.14135) that begin at multiples of 64 from position 0.
//
// In registers a vector has the same four pairs of numbers of four columns, so that a block of 12 columns, which is one token of
// 12 heads, takes three quarters of what 16 take.
//
// In tiles latents are kept by pairs of tokens, [slots / 2][C][2]: as they lie they are the rows of a product with queries
// (half of which is then zero, for the even tokens and for the odd) and the pairs that a product with weights wants. Else
// they are kept token by token.
#pragma once
#include "product_amx.h"

namespace {

constexpr int COLUMNS = 16, PART = 32, KNOWN = 64;
constexpr int AT_ONCE = 8;  // known tokens whose scores are made together, at most
constexpr int EIGHT = 8;    // numbers of a latent that meet a vector of queries
// Groups of 16 columns that share a block's preparation, of which tiles need little.
#if defined(__AMX_TILE__)
constexpr int GROUPS = 2;
#else
constexpr int GROUPS = 4;
#endif

// What 16 columns have seen: the largest score, the sum of weights, the weighted sum of latents [R / 16][16 columns][16].
struct Seen {
    float* largest;
    float* total;
    float* mixed;
};
inline int whole_vectors(int rank) { return ceil_div(rank, 16) * 16; }
inline int64_t seen_floats(int rank) { return COLUMNS * (2 + (int64_t)whole_vectors(rank)); }
inline Seen seen_at(float* memory) { return {memory, memory + COLUMNS, memory + 2 * COLUMNS}; }

inline float* mixed_at(const Seen& s, int column, int k) { return s.mixed + k / 16 * 256 + column * 16 + k % 16; }

inline void forget(const Seen& s, int rank) {
    for (int c = 0; c < COLUMNS; c++) s.largest[c] = -INFINITY, s.total[c] = 0;
    memset(s.mixed, 0, sizeof(float) * COLUMNS * whole_vectors(rank));
}

// a, then b: as if b's tokens had come after a's. What is mixed, of the columns from `begin` to `end` alone.
inline void join(const Seen& a, const Seen& b, int rank, int begin = 0, int end = COLUMNS) {
    float keep[COLUMNS], take[COLUMNS];
    for (int v = 0; v < VECTORS; v++) {
        const int at = v * LANES;
        const F most = larger(load(a.largest + at), load(b.largest + at)), bounded = larger(most, spread(-1e30f));
        const F old_part = exponential(load(a.largest + at) - bounded), new_part = exponential(load(b.largest + at) - bounded);
        store(keep + at, old_part), store(take + at, new_part);
        store(a.total + at, fma(load(b.total + at), new_part, load(a.total + at) * old_part));
        store(a.largest + at, most);
    }
    for (int i = 0; i < rank; i += LANES)
        for (int c = begin; c < end; c++) {
            float* to = mixed_at(a, c, i);
            store(to, fma(load(mixed_at(b, c, i)), spread(take[c]), load(to) * spread(keep[c])));
        }
}

// Latents that will be wanted after those at hand, fetched some rows at a time beside the work on these.
struct Ahead {
    const uint8_t* const* rows = nullptr;
    int left = 0, bytes = 0;

    void fetch(int some) {
        for (; some > 0 && left > 0; some--, left--, rows++)
            // into the second cache: a block is larger than the first
            for (int at = 0; at < bytes; at += 64) fetch_nearby(*rows + at);
    }
};

// Memory of one thread.
struct AttentionScratch {
    const uint8_t** rows;   // [KNOWN] latents of a block; in tiles [KNOWN / 2] pairs of tokens
    const uint8_t** after;  // [KNOWN] those of the next
    float* known;          // [KNOWN][C] as floats, or pairs in bfloat16: [KNOWN / PART][R / 16][16 pairs of tokens][16][2]
    uint16_t* gathered;    // [KNOWN][C] where pages are smaller than a part
    float* queries;        // [GROUPS][C][16] floats, or pairs in bfloat16: [GROUPS][C / 8][quads][4 columns][8]; in tiles
                           // [GROUPS][2][C][16][2]: with zeros beside them
    float* scores;         // [GROUPS][KNOWN][16]
    float* fade;           // [GROUPS][16] what is left of that which was seen before a block
    uint32_t* weights;     // [GROUPS][KNOWN / 2][16] pairs of weights in bfloat16; in tiles [..][KNOWN / PART][16][16]
    float* seen;           // [2 * GROUPS] of seen_floats
};

inline int64_t query_floats(int width) { return 2 * COLUMNS * (int64_t)(width + 1); }  // of one group

template <class Take>
inline AttentionScratch take_scratch(int width, int rank, Take&& take) {
    AttentionScratch s;
    s.rows = (const uint8_t**)take(KNOWN * 8);
    s.after = (const uint8_t**)take(KNOWN * 8);
    s.known = (float*)take(4 * KNOWN * (int64_t)width + 64);  // the last row is read to whole vectors
    s.gathered = (uint16_t*)take(2 * KNOWN * (int64_t)width);
    s.queries = (float*)take(GROUPS * query_floats(width) * 4);
    s.scores = (float*)take(GROUPS * 4 * KNOWN * COLUMNS);
    s.fade = (float*)take(GROUPS * 4 * COLUMNS);
    s.weights = (uint32_t*)take(GROUPS * 2 * KNOWN * COLUMNS);
    s.seen = (float*)take(2 * GROUPS * whole_lines(4 * seen_floats(rank)));
    return s;
}
inline int64_t attention_scratch_bytes(int width, int rank) {
    int64_t bytes = 0;
    take_scratch(width, rank, [&](int64_t some) { return bytes += whole_lines(some), (uint8_t*)nullptr; });
    return bytes;
}
inline AttentionScratch attention_scratch(uint8_t* at, int width, int rank) {
    return take_scratch(width, rank, [&](int64_t some) { return at += whole_lines(some), at - whole_lines(some); });
}

// How latents are worked on: floats on any level, bfloat16 pairs where there is a product for them, tiles where they fit.
enum Way { WAY_FLOATS, WAY_PAIRS, WAY_TILES };

inline Way way_of(const ok2_latents& l) {
#if defined(__AMX_TILE__)
    if (l.bfloat16 && l.width % 32 == 0 && l.rank % 16 == 0 && l.page_tokens % 2 == 0) return WAY_TILES;
#endif
#if defined(__AVX512BF16__)
    if (l.bfloat16 && l.width % EIGHT == 0 && l.rank % 16 == 0) return WAY_PAIRS;
#endif
    (void)l;
    return WAY_FLOATS;
}

#if defined(__AMX_TILE__)
// 16 x 16 numbers of 32 bits, rows to columns; the first `columns` of these.
inline void transpose(const uint32_t* from, uint32_t* to, int columns = 16) {
    __m512i r[16], t[16];
    for (int i = 0; i < 16; i++) r[i] = _mm512_loadu_si512(from + 16 * i);
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
    for (int i = 0; i < columns; i++) _mm512_storeu_si512(to + 16 * i, r[i]);
}
#endif

// Scaled, absorbed queries [N][H][C]: floats, or bfloat16 where that is what they are multiplied in.
struct Queries {
    float* f32 = nullptr;
    uint16_t* bf16 = nullptr;
};

// Up to 16 values of one query.
inline void write_query(const Queries& q, int64_t at, const float* values, int n, float scale) {
#if defined(__AVX512BF16__)
    if (q.bf16 && n == PANEL) {
        _mm256_storeu_si256((__m256i*)(q.bf16 + at), (__m256i)_mm512_cvtneps_pbh(load(values) * spread(scale)));
        return;
    }
#endif
    for (int i = 0; i < n; i++) {
        if (q.bf16) q.bf16[at + i] = to_bf16(values[i] * scale);
        else q.f32[at + i] = values[i] * scale;
    }
}

// Four columns each that a group's columns make; column c is number c % quads of quarter c / quads of a vector.
inline int quads_of(int columns) { return ceil_div(columns, 4); }

// `columns` <= 16 queries from `at` on as scores want them: floats [C][16]; pairs [C / 8][quads][4 columns][8]; or, for tiles,
// [C][16][2] with zeros behind them and then the same with zeros before them.
inline void arrange_queries(Way way, const Queries& q, int64_t at, int columns, int width, float* out) {
#if defined(__AVX512BF16__)
    if (way == WAY_PAIRS) {
        const int quads = quads_of(columns);
        if (columns < 4 * quads) memset(out, 0, 8 * (int64_t)width * quads);
        for (int c = 0; c < columns; c++) {
            const uint16_t* from = q.bf16 + at + (int64_t)c * width;
            uint16_t* to = (uint16_t*)out + (c % quads * 4 + c / quads) * EIGHT;
            for (int k = 0; k < width; k += EIGHT) memcpy(to + (int64_t)k * 4 * quads, from + k, 2 * EIGHT);
        }
        return;
    }
#endif
#if defined(__AMX_TILE__)
    if (way == WAY_TILES) {
        alignas(64) uint32_t rows[256], pairs[256];
        for (int k = 0; k < width; k += 32) {
            const int rest = width - k, some = rest < 32 ? rest : 32;
            if (columns < COLUMNS || some < 32) memset(rows, 0, sizeof rows);
            for (int c = 0; c < columns; c++) memcpy(rows + 16 * c, q.bf16 + at + (int64_t)c * width + k, 2 * some);
            transpose(rows, pairs, some / 2);
            uint32_t *even = (uint32_t*)out + (int64_t)k * COLUMNS, *odd = even + (int64_t)width * COLUMNS;
            for (int i = 0; i < some / 2; i++) {
                const I both = load_int(pairs + 16 * i), high = spread_int((int)0xffff0000);
                _mm512_storeu_si512(even + 32 * i, right<16>(left<16>(both)));
                _mm512_storeu_si512(even + 32 * i + 16, right<16>(both));
                _mm512_storeu_si512(odd + 32 * i, left<16>(both));
                _mm512_storeu_si512(odd + 32 * i + 16, and_int(both, high));
            }
        }
        return;
    }
#endif
    (void)way;
    memset(out, 0, 4 * COLUMNS * (int64_t)width);
    for (int c = 0; c < columns; c++)
        for (int i = 0; i < width; i++) out[i * COLUMNS + c] = q.f32[at + (int64_t)c * width + i];
}

// Where a token's latent is written: `stride` numbers apart.
inline int64_t latent_at(Way way, const ok2_latents& l, int64_t slot, int& stride) {
    stride = way == WAY_TILES ? 2 : 1;
    return way == WAY_TILES ? slot / 2 * 2 * l.width + slot % 2 : slot * l.width;
}

// Where the latents of a block's tokens from position `begin` are; those from `end` on are not looked at.
inline void find_rows(Way way, const ok2_latents& l, const int32_t* pages, int begin, int end, const uint8_t** rows) {
    const int together = way == WAY_TILES ? 2 : 1;
    const int64_t bytes = (int64_t)l.width * (l.bfloat16 ? 2 : 4);
    const int known = end - begin < KNOWN ? end - begin : KNOWN;
    int page = begin / l.page_tokens, place = begin % l.page_tokens;
    for (int i = 0; i < KNOWN; i += together) {
        *rows++ = (const uint8_t*)l.slots + ((int64_t)pages[page] * l.page_tokens + place) * bytes;
        if (i + together >= known) continue;
        place += together;
        if (place == l.page_tokens) place = 0, page++;
    }
}

// Make a block of latents ready for its scores.
inline void prepare_block(Way way, const ok2_latents& l, int known, const AttentionScratch& s) {
    for (int i = 0; i < known && way == WAY_FLOATS; i++) {
        float* to = s.known + (int64_t)i * l.width;
        if (!l.bfloat16) memcpy(to, s.rows[i], 4 * l.width);
        else
            for (int k = 0; k < l.width; k++) to[k] = from_bf16(((const uint16_t*)s.rows[i])[k]);
    }
    // the rows of a tile are equally far apart
    const int64_t bytes = (int64_t)l.width * 4;
    for (int tile = 0; tile < KNOWN / 2 && way == WAY_TILES; tile += 16) {
        bool together = true;
        for (int i = 1; i < 16; i++) together = together && s.rows[tile + i] == s.rows[tile] + i * bytes;
        for (int i = tile; i < tile + 16 && !together; i++)
            s.rows[i] = (const uint8_t*)memcpy((uint8_t*)s.gathered + i * bytes, s.rows[i], bytes);
    }
}

#if defined(__AMX_TILE__)
static_assert(KNOWN == 2 * PART, "two tiles of 16 pairs of tokens");

// Scores of a block for one group of columns.
inline void score_in_tiles(const ok2_latents& l, const uint8_t* const* rows, const uint16_t* queries, float* scores, Ahead& ahead) {
    const int64_t stride = (int64_t)l.width * 4;
    const uint16_t* odd = queries + 2 * COLUMNS * (int64_t)l.width;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int k = 0; k < l.width; k += 16) {
        ahead.fetch(1);
        _tile_loadd(4, rows[0] + 4 * k, stride);
        _tile_loadd(6, queries + 2 * COLUMNS * k, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, odd + 2 * COLUMNS * k, 64);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(5, rows[16] + 4 * k, stride);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, scores, 128);
    _tile_stored(1, scores + COLUMNS, 128);
    _tile_stored(2, scores + PART * COLUMNS, 128);
    _tile_stored(3, scores + (PART + 1) * COLUMNS, 128);
}

// mixed = fade * mixed + weights x latents of a block for one group of columns.
inline void mix_in_tiles(const ok2_latents& l, const uint8_t* const* rows, const uint32_t* weights, const float* fade, float* mixed,
                         Ahead& ahead) {
    bool fades = false;
    for (int c = 0; c < COLUMNS; c++) fades = fades || fade[c] != 1.0f;
    for (int k = 0; fades && k < l.rank; k += 16)
        for (int c = 0; c < COLUMNS; c++) {
            float* some = mixed + k * COLUMNS + c * 16;
            store(some, load(some) * spread(fade[c]));
        }
    written();
    const int64_t stride = (int64_t)l.width * 4;
    _tile_loadd(4, weights, 64);
    _tile_loadd(5, weights + 256, 64);
    for (int k = 0; k < l.rank; k += 16, mixed += 256) {
        ahead.fetch(1);
        _tile_loadd(0, mixed, 64);
        _tile_loadd(6, rows[0] + 4 * k, stride);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, rows[16] + 4 * k, stride);
        _tile_dpbf16ps(0, 5, 7);
        _tile_stored(0, mixed, 64);
    }
}
#endif

#if defined(__AVX512BF16__)
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
#endif

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

// Hides from a vector of columns the scores of tokens that they may not look at; returns the largest, at least `before`.
inline F hide(float* scores, int known, const float* visible, F before) {
    F most = before;
    bool hides = false;
    for (int c = 0; c < LANES; c++) hides = hides || visible[c] < known;
    for (int i = 0; i < known; i++) {
        F score = load(scores + i * COLUMNS);
        if (hides) store(scores + i * COLUMNS, score = where_less(spread((float)i), load(visible), score, spread(-INFINITY)));
        most = larger(most, score);
    }
    return most;
}

#if defined(__AVX512BF16__)
// e^x of x <= 0 within 2^-18 of it and exactly 1 at 0, for what is rounded to bfloat16 next; below -120 it is 0.
inline F falling(F x) {
    const F bounded = larger(x, spread(-120.0f)), n = nearest(bounded * spread(1.44269504f));
    const F r = fma(n, spread(-0.693147181f), bounded);
    F p = fma(spread(4.15138341e-2f), r, spread(1.67874753e-1f));
    p = fma(p, r, spread(5.00030160e-1f));
    p = fma(p, r, spread(9.99966860e-1f));
    return _mm512_scalef_ps(fma(p, r, spread(1.0f)), n);
}

// Weights of pairs of tokens in bfloat16: [tokens / 2][16 columns], in tiles [tokens / PART][16 columns][16 pairs]. Returns
// their sums.
inline F weigh_pairs(Way way, const float* scores, int known, F largest, uint32_t* out) {
    alignas(64) static constexpr uint16_t BESIDE[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const Pair beside = load_pair(BESIDE), ones = spread_int(0x3f803f80);
    F total = spread(0.0f);
    for (int i = 0; i < known; i += 2) {
        const F first = falling(load(scores + i * COLUMNS) - largest);
        const F second = falling(load(scores + (i + 1) * COLUMNS) - largest);
        const Pair both = _mm512_permutexvar_epi16(beside, (__m512i)_mm512_cvtne2ps_pbh(second, first));
        total = dot_pair(total, both, ones);
        _mm512_storeu_si512(out + i / 2 * COLUMNS, both);
    }
#if defined(__AMX_TILE__)
    for (int t = 0; t < known && way == WAY_TILES; t += PART) {
        alignas(64) uint32_t pairs[256];
        memcpy(pairs, out + t / 2 * COLUMNS, sizeof pairs);
        transpose(pairs, out + t / 2 * COLUMNS);
    }
#endif
    (void)way;
    return total;
}
#endif

// Scores become weights e^(score - largest), in `weights` where these are pairs; `fade`: by how much what was seen so far is to
// shrink. visible[c]: tokens of the block that column c may look at; none of them is beyond `known`.
inline void weigh_block(Way way, float* scores, int known, const float* visible, const Seen& seen, float* fade, uint32_t* weights) {
    for (int v = 0; v < VECTORS; v++) {
        const int at = v * LANES;
        const F before = load(seen.largest + at), most = hide(scores + at, known, visible + at, before);
        const F bounded = larger(most, spread(-1e30f));
        F total = spread(0.0f);
#if defined(__AVX512BF16__)
        if (way != WAY_FLOATS) total = weigh_pairs(way, scores, known, bounded, weights);
#endif
        for (int i = 0; i < known && way == WAY_FLOATS; i++) {
            float* score = scores + i * COLUMNS + at;
            const F weight = exponential(load(score) - bounded);
            store(score, weight);
            total = total + weight;
        }
        const F old_part = exponential(before - bounded);
        store(fade + at, old_part);
        store(seen.total + at, fma(load(seen.total + at), old_part, total));
        store(seen.largest + at, most);
    }
    (void)weights;
}

#if defined(__AVX512BF16__)
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

// mixed = fade * mixed + weights x latents of some pairs of tokens, for V vectors from k on and C columns.
template <int C, int V>
__attribute__((noinline)) void mix_some_pairs(const uint8_t* const* rows, int pairs, int k, const uint32_t* weights, const float* fade, float* mixed) {
    constexpr int FAR = 256;  // floats from vector to vector
    F total[C][V];
    UNROLLED for (int j = 0; j < C; j++)
        UNROLLED for (int v = 0; v < V; v++) total[j][v] = spread(0.0f);
    for (int i = 0; i < pairs; i++) {
        Pair both[V];
        interleave<V>((const uint16_t*)rows[2 * i] + k, (const uint16_t*)rows[2 * i + 1] + k, both);
        UNROLLED for (int j = 0; j < C; j++) {
            const Pair weight = spread_pair((const uint16_t*)(weights + 16 * i + j));
            UNROLLED for (int v = 0; v < V; v++) total[j][v] = dot_pair(total[j][v], both[v], weight);
        }
    }
    UNROLLED for (int j = 0; j < C; j++)
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
            mix_some_pairs<4, V>(s.rows, known / 2, k, weights, s.fade + c, mixed_at(seen[g], of_group, k));
        }
    };
    int k = 0;
    for (; k + 64 <= l.rank; k += 64) mix(std::integral_constant<int, 4>{}, k);
    for (; k + 32 <= l.rank; k += 32) mix(std::integral_constant<int, 2>{}, k);
    for (; k < l.rank; k += 16) mix(std::integral_constant<int, 1>{}, k);
}
#endif

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
