// Absorbed latent attention over pages (DeepSeek-V2, arXiv 2405.04434, section 2.1.2): a token's heads share one latent
// per known token, which is read once for all of them.
//
// A column is one head of one token. Columns are worked on 16 at a time, known tokens in blocks of 128 (softmax as they
// come, arXiv 2205.14135) and segments of 512 that are computed apart and then joined in order. Both begin at multiples
// of their size from position 0, so that a column's result depends on its position alone: not on the tokens beside it
// in a step, nor on the number of threads, nor on which segments were computed at the same time. Of a block only the
// parts of 32 that some column sees are computed; the others would add zeros.
#pragma once
#include "product_amx.h"
#include "team.h"

namespace {

constexpr int COLUMNS = 16, PART = 32, KNOWN = 128, SEGMENT = 512;
constexpr int GROUPS = 4;  // of 16 columns that share a block's preparation

// What 16 columns have seen: the largest score, the sum of weights, the weighted sum of latents [16][R].
struct Seen {
    float* largest;
    float* total;
    float* mixed;
};
inline int whole_vectors(int rank) { return ceil_div(rank, 16) * 16; }  // the stride of `mixed`
inline int64_t seen_floats(int rank) { return COLUMNS * (2 + (int64_t)whole_vectors(rank)); }
inline Seen seen_at(float* memory) { return {memory, memory + COLUMNS, memory + 2 * COLUMNS}; }

inline void forget(const Seen& s, int rank) {
    for (int c = 0; c < COLUMNS; c++) s.largest[c] = -INFINITY, s.total[c] = 0;
    memset(s.mixed, 0, sizeof(float) * COLUMNS * whole_vectors(rank));
}

// a, then b: as if b's tokens had come after a's.
inline void join(const Seen& a, const Seen& b, int rank) {
    float keep[COLUMNS], take[COLUMNS];
    for (int v = 0; v < VECTORS; v++) {
        const int at = v * LANES;
        const F most = larger(load(a.largest + at), load(b.largest + at)), bounded = larger(most, spread(-1e30f));
        const F old_part = exponential(load(a.largest + at) - bounded), new_part = exponential(load(b.largest + at) - bounded);
        store(keep + at, old_part), store(take + at, new_part);
        store(a.total + at, fma(load(b.total + at), new_part, load(a.total + at) * old_part));
        store(a.largest + at, most);
    }
    const int64_t stride = whole_vectors(rank);
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < rank; i += LANES) {
            float* to = a.mixed + c * stride + i;
            store(to, fma(load(b.mixed + c * stride + i), spread(take[c]), load(to) * spread(keep[c])));
        }
}

// Memory of one thread.
struct AttentionScratch {
    const uint8_t** rows;  // [KNOWN] latents of a block
    float* known;          // [KNOWN][C] as floats, or pairs of tokens [KNOWN / 2][R][2] in bfloat16
    uint16_t* gathered;    // [KNOWN][C] where pages are smaller than tiles
    float* queries;        // [GROUPS][C][16] floats, or pairs [GROUPS][C / 2][16][2] in bfloat16
    float* scores;         // [2][KNOWN][16]
    uint32_t* weights;     // [2][KNOWN / 2][16] pairs of weights in bfloat16; in tiles [2][KNOWN / PART][16][16]
    float* seen;           // [2 * GROUPS] of seen_floats
};

template <class Take>
inline AttentionScratch take_scratch(int width, int rank, Take&& take) {
    AttentionScratch s;
    s.rows = (const uint8_t**)take(KNOWN * 8);
    s.known = (float*)take(4 * KNOWN * (int64_t)width + 64);  // the last row is read to whole vectors
    s.gathered = (uint16_t*)take(2 * KNOWN * (int64_t)width);
    s.queries = (float*)take(GROUPS * 4 * COLUMNS * (int64_t)(width + 1));
    s.scores = (float*)take(2 * 4 * KNOWN * COLUMNS);
    s.weights = (uint32_t*)take(2 * 2 * KNOWN * COLUMNS);
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
    if (l.bfloat16 && l.width % 32 == 0 && l.rank % 16 == 0) return WAY_TILES;
#endif
#if defined(__AVX512BF16__)
    if (l.bfloat16 && l.width % 2 == 0 && l.rank % 16 == 0) return WAY_PAIRS;
#endif
    (void)l;
    return WAY_FLOATS;
}

#if defined(__AVX512F__)
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

// `columns` <= 16 queries from `at` on, transposed: [C][16] floats, or [C / 2][16][2] in bfloat16.
inline void transpose_queries(const Queries& q, int64_t at, int columns, int width, float* out) {
#if defined(__AVX512BF16__)
    if (q.bf16) {
        alignas(64) uint32_t rows[256];
        for (int k = 0; k < width; k += 32) {
            const int left = width - k, some = left < 32 ? left : 32;
            if (columns < COLUMNS || some < 32) memset(rows, 0, sizeof rows);
            for (int c = 0; c < columns; c++) memcpy(rows + 16 * c, q.bf16 + at + (int64_t)c * width + k, 2 * some);
            transpose(rows, (uint32_t*)out + k / 2 * COLUMNS, some / 2);
        }
        return;
    }
#endif
    memset(out, 0, 4 * COLUMNS * (int64_t)width);
    for (int c = 0; c < columns; c++)
        for (int i = 0; i < width; i++) out[i * COLUMNS + c] = q.f32[at + (int64_t)c * width + i];
}

// Where the latents of a block's tokens from position `begin` are; those from `end` on are not looked at.
inline void find_rows(const ok2_latents& l, const int32_t* pages, int begin, int end, int tokens, const AttentionScratch& s) {
    const int64_t bytes = (int64_t)l.width * (l.bfloat16 ? 2 : 4);
    const int known = end - begin < tokens ? end - begin : tokens;
    int page = begin / l.page_tokens, place = begin % l.page_tokens;
    for (int i = 0; i < tokens; i++) {
        s.rows[i] = (const uint8_t*)l.slots + ((int64_t)pages[page] * l.page_tokens + place) * bytes;
        if (i < known - 1 && ++place == l.page_tokens) place = 0, page++;
    }
}

// Make a block of latents ready for the columns that look at it.
inline void prepare_block(Way way, const ok2_latents& l, int tokens, const AttentionScratch& s) {
    if (way == WAY_FLOATS) {
        for (int i = 0; i < tokens; i++) {
            if (!l.bfloat16) memcpy(s.known + (int64_t)i * l.width, s.rows[i], 4 * l.width);
            else
                for (int k = 0; k < l.width; k++) s.known[(int64_t)i * l.width + k] = from_bf16(((const uint16_t*)s.rows[i])[k]);
        }
        return;
    }
#if defined(__AVX512BF16__)
    const int64_t bytes = (int64_t)l.width * 2;
    // the rows of a tile are equally far apart
    for (int tile = 0; tile < tokens && way == WAY_TILES; tile += 16) {
        bool together = true;
        for (int i = 1; i < 16; i++) together = together && s.rows[tile + i] == s.rows[tile] + i * bytes;
        for (int i = tile; i < tile + 16 && !together; i++)
            s.rows[i] = (const uint8_t*)memcpy((uint8_t*)s.gathered + i * bytes, s.rows[i], bytes);
    }
    const __m512i low = _mm512_setr_epi32(0x00200000, 0x00210001, 0x00220002, 0x00230003, 0x00240004, 0x00250005,
                                          0x00260006, 0x00270007, 0x00280008, 0x00290009, 0x002a000a, 0x002b000b,
                                          0x002c000c, 0x002d000d, 0x002e000e, 0x002f000f);
    const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
    uint16_t* out = (uint16_t*)s.known;
    for (int i = 0; i < tokens / 2; i++) {
        const uint16_t* first = (const uint16_t*)s.rows[2 * i];
        const uint16_t* second = (const uint16_t*)s.rows[2 * i + 1];
        uint16_t* to = out + (int64_t)i * 2 * l.rank;
        int k = 0;
        for (; k + 32 <= l.rank; k += 32) {
            const __m512i a = load_int(first + k), b = load_int(second + k);
            _mm512_storeu_si512(to + 2 * k, _mm512_permutex2var_epi16(a, low, b));
            _mm512_storeu_si512(to + 2 * k + 32, _mm512_permutex2var_epi16(a, high, b));
        }
        for (; k < l.rank; k++) to[2 * k] = first[k], to[2 * k + 1] = second[k];
    }
#endif
}

#if defined(__AMX_TILE__)
// Scores of 32 tokens for one group of columns or two.
template <int G>
inline void score_in_tiles(const ok2_latents& l, const uint8_t* const* rows, const uint16_t* first, const uint16_t* second,
                           float* scores, int64_t group_stride) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int k = 0; k < l.width; k += 32) {
        _tile_loadd(4, rows[0] + 2 * k, l.width * 2);
        _tile_loadd(6, first + k * COLUMNS, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(5, rows[16] + 2 * k, l.width * 2);
        _tile_dpbf16ps(1, 5, 6);
        if constexpr (G > 1) {
            _tile_loadd(7, second + k * COLUMNS, 64);
            _tile_dpbf16ps(2, 4, 7);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, scores, 64);
    _tile_stored(1, scores + 16 * COLUMNS, 64);
    if constexpr (G > 1) {
        _tile_stored(2, scores + group_stride, 64);
        _tile_stored(3, scores + group_stride + 16 * COLUMNS, 64);
    }
}

// mixed += weights x latents of `tokens` tokens, for one group of columns or two.
template <int G>
inline void mix_in_tiles(const ok2_latents& l, int tokens, const uint32_t* weights, int64_t group_stride, const uint16_t* known,
                         float* first, float* second) {
    const int64_t stride = (int64_t)l.rank * 4;
    for (int k = 0; k < l.rank; k += 32) {
        const bool both = k + 32 <= l.rank;
        _tile_loadd(0, first + k, stride);
        if (both) _tile_loadd(1, first + k + 16, stride);
        if constexpr (G > 1) {
            _tile_loadd(2, second + k, stride);
            if (both) _tile_loadd(3, second + k + 16, stride);
        }
        for (int t = 0; t < tokens; t += PART) {
            const uint16_t* pairs = known + (int64_t)t * l.rank + 2 * k;
            _tile_loadd(4, weights + t * (COLUMNS / 2), 64);
            _tile_loadd(6, pairs, stride);
            _tile_dpbf16ps(0, 4, 6);
            if constexpr (G > 1) {
                _tile_loadd(5, weights + group_stride + t * (COLUMNS / 2), 64);
                _tile_dpbf16ps(2, 5, 6);
            }
            if (!both) continue;
            _tile_loadd(7, pairs + 32, stride);
            _tile_dpbf16ps(1, 4, 7);
            if constexpr (G > 1) _tile_dpbf16ps(3, 5, 7);
        }
        _tile_stored(0, first + k, stride);
        if (both) _tile_stored(1, first + k + 16, stride);
        if constexpr (G > 1) {
            _tile_stored(2, second + k, stride);
            if (both) _tile_stored(3, second + k + 16, stride);
        }
    }
}
#endif

// scores[tokens][16] of a block for one group, in registers.
inline void score_block(Way way, const ok2_latents& l, int tokens, const AttentionScratch& s, const float* queries, float* scores) {
    (void)way;
    constexpr int AT_ONCE = LANES == 16 ? 8 : 4;
    for (int i = 0; i < tokens; i += AT_ONCE) {
        F total[AT_ONCE][VECTORS];
        for (int j = 0; j < AT_ONCE; j++)
            for (int v = 0; v < VECTORS; v++) total[j][v] = spread(0.0f);
#if defined(__AVX512BF16__)
        if (way == WAY_PAIRS) {
            const uint16_t* q = (const uint16_t*)queries;
            for (int k = 0; k < l.width; k += 2, q += 2 * COLUMNS) {
                const Pair pairs = load_pair(q);
                for (int j = 0; j < AT_ONCE; j++)
                    total[j][0] = dot_pair(total[j][0], pairs, spread_pair((const uint16_t*)s.rows[i + j] + k));
            }
        } else
#endif
            for (int k = 0; k < l.width; k++)
                for (int v = 0; v < VECTORS; v++) {
                    const F q = load(queries + k * COLUMNS + v * LANES);
                    for (int j = 0; j < AT_ONCE; j++)
                        total[j][v] = fma(spread(s.known[(int64_t)(i + j) * l.width + k]), q, total[j][v]);
                }
        for (int j = 0; j < AT_ONCE; j++)
            for (int v = 0; v < VECTORS; v++) store(scores + (i + j) * COLUMNS + v * LANES, total[j][v]);
    }
}

inline F as_bf16(F x) {
    const I bits = as_int(x);
    const I odd = and_int(right<16>(bits), spread_int(1));
    return as_float(and_int(add_int(add_int(bits, spread_int(0x7fff)), odd), spread_int((int)0xffff0000)));
}

// Scores become weights e^(score - largest); what was seen so far fades accordingly. visible[c]: tokens of the block
// that column c may look at.
inline void weigh_block(Way way, int tokens, float* scores, const float* visible, const Seen& seen, int rank) {
    float fade[COLUMNS];
    bool fades = false;
    for (int v = 0; v < VECTORS; v++) {
        const int at = v * LANES;
        const F limit = load(visible + at), before = load(seen.largest + at);
        F most = before;
        for (int i = 0; i < tokens; i++) {
            float* score = scores + i * COLUMNS + at;
            const F value = where_less(spread((float)i), limit, load(score), spread(-INFINITY));
            store(score, value);
            most = larger(most, value);
        }
        const F bounded = larger(most, spread(-1e30f));
        F total = spread(0.0f);
        for (int i = 0; i < tokens; i++) {
            float* score = scores + i * COLUMNS + at;
            F weight = exponential(load(score) - bounded);
            if (way != WAY_FLOATS) weight = as_bf16(weight);
            store(score, weight);
            total = total + weight;
        }
        const F old_part = exponential(before - bounded);
        store(fade + at, old_part);
        store(seen.total + at, fma(load(seen.total + at), old_part, total));
        store(seen.largest + at, most);
    }
    for (int c = 0; c < COLUMNS; c++) fades = fades || fade[c] != 1.0f;
    if (!fades) return;
    const int64_t stride = whole_vectors(rank);
    for (int c = 0; c < COLUMNS; c++) {
        if (fade[c] == 1.0f) continue;
        float* mixed = seen.mixed + c * stride;
        for (int i = 0; i < rank; i += LANES) store(mixed + i, load(mixed + i) * spread(fade[c]));
    }
}

#if defined(__AVX512BF16__)
// Weights of pairs of tokens in bfloat16: [tokens / 2][16 columns], in tiles [tokens / PART][16 columns][16 pairs].
inline void pair_weights(Way way, int tokens, const float* scores, uint32_t* out) {
    for (int t = 0; t < tokens; t += PART) {
        alignas(64) uint32_t pairs[256];
        for (int i = 0; i < PART / 2; i++) {
            const I first = as_int(load(scores + (t + 2 * i) * COLUMNS)), second = as_int(load(scores + (t + 2 * i + 1) * COLUMNS));
            _mm512_store_si512(pairs + 16 * i, or_int(right<16>(first), second));
        }
        if (way == WAY_TILES) transpose(pairs, out + t * (COLUMNS / 2));
        else memcpy(out + t * (COLUMNS / 2), pairs, sizeof pairs);
    }
}
#endif

// mixed += weights x latents of a block for one group, in registers.
inline void mix_block(Way way, const ok2_latents& l, int tokens, const AttentionScratch& s, const float* scores,
                      const uint32_t* weights, int columns, const Seen& seen) {
    (void)way, (void)weights;
#if defined(__AVX512BF16__)
    if (way == WAY_PAIRS) {
        constexpr int AT_ONCE = 8;
        const uint16_t* known = (const uint16_t*)s.known;
        for (int c = 0; c < columns; c += AT_ONCE)
            for (int k = 0; k < l.rank; k += 16) {
                F total[AT_ONCE];
                for (int j = 0; j < AT_ONCE; j++) total[j] = load(seen.mixed + (int64_t)(c + j) * l.rank + k);
                for (int i = 0; i < tokens / 2; i++) {
                    const Pair both = load_pair(known + ((int64_t)i * l.rank + k) * 2);
                    for (int j = 0; j < AT_ONCE; j++)
                        total[j] = dot_pair(total[j], both, spread_pair((const uint16_t*)(weights + 16 * i + c + j)));
                }
                for (int j = 0; j < AT_ONCE; j++) store(seen.mixed + (int64_t)(c + j) * l.rank + k, total[j]);
            }
        return;
    }
#endif
    const int64_t stride = whole_vectors(l.rank);
    constexpr int AT_ONCE = 4;
    for (int c = 0; c < columns; c += AT_ONCE)
        for (int k = 0; k < l.rank; k += LANES) {
            F total[AT_ONCE];
            for (int j = 0; j < AT_ONCE; j++) total[j] = load(seen.mixed + (c + j) * stride + k);
            for (int i = 0; i < tokens; i++) {
                const F known = load(s.known + (int64_t)i * l.width + k);
                for (int j = 0; j < AT_ONCE; j++) total[j] = fma(spread(scores[i * COLUMNS + c + j]), known, total[j]);
            }
            for (int j = 0; j < AT_ONCE; j++) store(seen.mixed + (c + j) * stride + k, total[j]);
        }
}

// Up to GROUPS groups of columns of one chunk.
struct Span {
    const ok2_chunk* chunk;
    int first, columns;  // of the chunk: token * H + head
    int partial;         // index of its first partial result, where segments are computed apart
    int end;             // positions below this one are looked at
    int groups() const { return ceil_div(columns, COLUMNS); }
    int segments() const { return ceil_div(end, SEGMENT); }
};

// One block for one group of columns or two, from group `g`.
inline void attend_block(Way way, const ok2_latents& l, int tokens, const AttentionScratch& s, int g, int some, int columns,
                         const float (*visible)[COLUMNS], const Seen* seen) {
    constexpr int64_t SCORES = KNOWN * COLUMNS, WEIGHTS = KNOWN / 2 * COLUMNS;
    const float* queries = s.queries + (int64_t)g * COLUMNS * (l.width + 1);
    const float* more = queries + (int64_t)COLUMNS * (l.width + 1);
#if defined(__AMX_TILE__)
    if (way == WAY_TILES) {
        use_tiles(TILES_PAIRS);
        written();
        for (int t = 0; t < tokens; t += PART) {
            float* scores = s.scores + t * COLUMNS;
            if (some == 2) score_in_tiles<2>(l, s.rows + t, (const uint16_t*)queries, (const uint16_t*)more, scores, SCORES);
            else score_in_tiles<1>(l, s.rows + t, (const uint16_t*)queries, nullptr, scores, SCORES);
        }
        for (int i = 0; i < some; i++) {
            weigh_block(way, tokens, s.scores + i * SCORES, visible[i], seen[g + i], l.rank);
            pair_weights(way, tokens, s.scores + i * SCORES, s.weights + i * WEIGHTS);
        }
        written();
        const uint16_t* known = (const uint16_t*)s.known;
        if (some == 2) mix_in_tiles<2>(l, tokens, s.weights, WEIGHTS, known, seen[g].mixed, seen[g + 1].mixed);
        else mix_in_tiles<1>(l, tokens, s.weights, WEIGHTS, known, seen[g].mixed, nullptr);
        return;
    }
#endif
    for (int i = 0; i < some; i++) {
        const int left = columns - (g + i) * COLUMNS;
        score_block(way, l, tokens, s, i ? more : queries, s.scores);
        weigh_block(way, tokens, s.scores, visible[i], seen[g + i], l.rank);
#if defined(__AVX512BF16__)
        if (way == WAY_PAIRS) pair_weights(way, tokens, s.scores, s.weights);
#endif
        mix_block(way, l, tokens, s, s.scores, s.weights, left < COLUMNS ? left : COLUMNS, seen[g + i]);
    }
}

// One segment for all columns of a span, from what `seen` holds nothing of.
inline void attend_segment(Way way, const ok2_latents& l, const Span& span, int heads, int segment, const AttentionScratch& s,
                           const Seen* seen) {
    const int begin = segment * SEGMENT, end = begin + SEGMENT < span.end ? begin + SEGMENT : span.end;
    const int groups = span.groups();
    float ends[GROUPS][COLUMNS] = {};  // below which position a column sees
    for (int g = 0; g < groups; g++) forget(seen[g], l.rank);
    for (int c = 0; c < span.columns; c++)
        ends[c / COLUMNS][c % COLUMNS] = (float)(span.chunk->start + (span.first + c) / heads + 1);
    for (int block = begin; block < end; block += KNOWN) {
        const int left = end - block, tokens = ceil_div(left < KNOWN ? left : KNOWN, PART) * PART;
        find_rows(l, span.chunk->pages, block, span.end, tokens, s);
        prepare_block(way, l, tokens, s);
        for (int g = 0; g < groups; g += 2) {
            const int some = groups - g < 2 ? 1 : 2;
            float visible[2][COLUMNS];
            for (int i = 0; i < some; i++)
                for (int v = 0; v < COLUMNS; v += LANES) store(visible[i] + v, load(ends[g + i] + v) - spread((float)block));
            const int last = (span.columns < (g + some) * COLUMNS ? span.columns : (g + some) * COLUMNS) - 1;
            const float most = ends[last / COLUMNS][last % COLUMNS] - block;  // the last column sees the most
            if (most <= 0) continue;
            attend_block(way, l, ceil_div(most < tokens ? (int)most : tokens, PART) * PART, s, g, some, span.columns, visible, seen);
        }
    }
}

inline void prepare_queries(const ok2_latents& l, const Span& span, const Queries& queries, int heads, const AttentionScratch& s) {
    for (int g = 0; g < span.groups(); g++) {
        const int left = span.columns - g * COLUMNS;
        const int64_t column = (int64_t)span.chunk->row * heads + span.first + g * COLUMNS;
        transpose_queries(queries, column * l.width, left < COLUMNS ? left : COLUMNS, l.width,
                          s.queries + (int64_t)g * COLUMNS * (l.width + 1));
    }
}

// emit(row, head, mixed[R]) for every column of a group.
template <class Emit>
inline void emit_group(const ok2_latents& l, const Span& span, int g, int heads, const Seen& seen, Emit&& emit) {
    for (int c = 0; c < COLUMNS && g * COLUMNS + c < span.columns; c++) {
        const int column = span.first + g * COLUMNS + c;
        float* mixed = seen.mixed + (int64_t)c * whole_vectors(l.rank);
        const F inverse = spread(1.0f / seen.total[c]);
        for (int i = 0; i < l.rank; i += LANES) store(mixed + i, load(mixed + i) * inverse);
        emit(span.chunk->row + column / heads, column % heads, mixed);
    }
}

// How the columns of a step are cut into spans, and whether the segments of a span are computed by different threads:
// where there are few spans.
struct AttentionPlan {
    int spans = 0, segments = 0;
    bool apart = false;
};

// What one attention over a step needs beside its arguments.
struct AttentionMemory {
    AttentionPlan plan;
    Span* spans;
    int32_t* segment_span;    // [segments], where they are computed apart
    int32_t* segment_number;  // of its span
    float* partials;
};

template <class Each>
inline void each_span(const ok2_chunk* chunks, int count, int heads, Each&& each) {
    const int size = GROUPS * COLUMNS;
    for (int i = count - 1; i >= 0; i--) {  // the longest first
        const int columns = chunks[i].tokens * heads;
        for (int first = (columns - 1) / size * size; first >= 0; first -= size) {
            Span span = {chunks + i, first, columns - first < size ? columns - first : size, 0, 0};
            span.end = chunks[i].start + (first + span.columns - 1) / heads + 1;
            each(span);
        }
    }
}

inline AttentionPlan measure_attention(const ok2_chunk* chunks, int count, int heads, int threads) {
    AttentionPlan plan;
    int most = 1;
    each_span(chunks, count, heads, [&](const Span& span) {
        plan.spans++;
        plan.segments += span.segments();
        most = span.segments() > most ? span.segments() : most;
    });
    plan.apart = threads > 1 && most > 1 && plan.spans < 2 * threads;
    return plan;
}

template <class Source>
inline void take_attention_memory(const AttentionPlan& plan, int rank, Source& from, AttentionMemory& m) {
    const int64_t segments = plan.apart ? plan.segments : 0;
    m.plan = plan;
    m.spans = from.template take<Span>(plan.spans);
    m.segment_span = from.template take<int32_t>(segments);
    m.segment_number = from.template take<int32_t>(segments);
    m.partials = (float*)from.template take<uint8_t>(segments * GROUPS * whole_lines(4 * seen_floats(rank)));
}

inline void plan_attention(const ok2_chunk* chunks, int count, int heads, AttentionMemory& m) {
    int spans = 0, segments = 0;
    each_span(chunks, count, heads, [&](Span span) {
        span.partial = segments * GROUPS;
        for (int i = 0; i < span.segments() && m.plan.apart; i++) {
            m.segment_span[segments] = spans;
            m.segment_number[segments++] = i;
        }
        m.spans[spans++] = span;
    });
}

inline Seen partial_at(const AttentionMemory& m, int index, int rank) {
    return seen_at(m.partials + index * (whole_lines(4 * seen_floats(rank)) / 4));
}

// Every thread of a team calls this with the same arguments and its own scratch; emit(row, head, mixed[R]).
template <class Emit>
inline void attend(openk2::Team& team, const ok2_latents& l, const Queries& queries, int heads, const AttentionMemory& m,
                   uint8_t* scratch, Emit&& emit) {
    const Way way = way_of(l);
    const AttentionScratch s = attention_scratch(scratch, l.width, l.rank);
    const int64_t size = whole_lines(4 * seen_floats(l.rank)) / 4;
    team.each(m.plan.apart ? m.plan.segments : m.plan.spans, [&](int unit) {
        const Span& span = m.spans[m.plan.apart ? m.segment_span[unit] : unit];
        prepare_queries(l, span, queries, heads, s);
        if (m.plan.apart) {
            const int segment = m.segment_number[unit];
            Seen seen[GROUPS];
            for (int g = 0; g < GROUPS; g++) seen[g] = partial_at(m, span.partial + segment * GROUPS + g, l.rank);
            attend_segment(way, l, span, heads, segment, s, seen);
            return;
        }
        Seen whole[GROUPS], part[GROUPS];
        for (int g = 0; g < GROUPS; g++) whole[g] = seen_at(s.seen + g * size), part[g] = seen_at(s.seen + (GROUPS + g) * size);
        attend_segment(way, l, span, heads, 0, s, whole);
        for (int segment = 1; segment < span.segments(); segment++) {
            attend_segment(way, l, span, heads, segment, s, part);
            for (int g = 0; g < span.groups(); g++) join(whole[g], part[g], l.rank);
        }
        for (int g = 0; g < span.groups(); g++) emit_group(l, span, g, heads, whole[g], emit);
    });
    if (!m.plan.apart) return;
    team.each(m.plan.spans * GROUPS, [&](int i) {
        const Span& span = m.spans[i / GROUPS];
        const int g = i % GROUPS;
        if (g >= span.groups()) return;
        const Seen whole = partial_at(m, span.partial + g, l.rank);
        for (int segment = 1; segment < span.segments(); segment++)
            join(whole, partial_at(m, span.partial + segment * GROUPS + g, l.rank), l.rank);
        emit_group(l, span, g, heads, whole, emit);
    });
}

}  // namespace
