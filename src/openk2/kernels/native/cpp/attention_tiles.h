// A block of latent attention in AMX tiles.
//
// Latents are kept by pairs of tokens, [slots / 2][C][2]: as they lie they are the rows of a product with queries (half of which
// is then zero, for the even tokens and for the odd) and the pairs that a product with weights wants.
#pragma once
#include "attention_pairs.h"

#if defined(__AMX_TILE__)
namespace {

static_assert(KNOWN == 2 * PART, "two tiles of 16 pairs of tokens");

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

// `columns` <= 16 queries from `at` on: [C][16][2] with zeros behind them, then the same with zeros before them.
inline void arrange_tiles(const Queries& q, int64_t at, int columns, int width, float* out) {
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
}

// A block's latents where they are, or gathered: the rows of a tile are equally far apart.
inline void prepare_tiles(const ok2_latents& l, const AttentionScratch& s) {
    const int64_t bytes = (int64_t)l.width * 4;
    for (int tile = 0; tile < KNOWN / 2; tile += 16) {
        bool together = true;
        for (int i = 1; i < 16; i++) together = together && s.rows[tile + i] == s.rows[tile] + i * bytes;
        for (int i = tile; i < tile + 16 && !together; i++)
            s.rows[i] = (const uint8_t*)memcpy((uint8_t*)s.gathered + i * bytes, s.rows[i], bytes);
    }
}

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

// Weights of pairs of tokens in bfloat16, [tokens / PART][16 columns][16 pairs]. Returns their sums.
inline F weigh_tiles(const float* scores, F largest, uint32_t* out) {
    const F total = weigh_pairs(scores, KNOWN, largest, out);
    for (int t = 0; t < KNOWN; t += PART) {
        alignas(64) uint32_t pairs[256];
        memcpy(pairs, out + t / 2 * COLUMNS, sizeof pairs);
        transpose(pairs, out + t / 2 * COLUMNS);
    }
    return total;
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

}  // namespace
#endif
