// A segment of latent attention in AMX tiles.
//
// Latents lie in rows, as a product with queries wants them; a product with weights wants those of two tokens side by side, which
// are put so for 32 tokens at a time. All scores of a segment are made before any latents are mixed, so that what is mixed
// stays in tiles: it is written once, and never fades.
#pragma once
#include "attention_pairs.h"

#if defined(__AMX_TILE__)
namespace {

constexpr int PART = 32;  // tokens that meet a tile of weights
constexpr int64_t SCORES_OF_GROUP = SEGMENT * COLUMNS, WEIGHTS_OF_GROUP = SEGMENT / 2 * COLUMNS;

// The next segment's latents, fetched a line at a time beside the work on these: evenly, because what is wanted now waits for what
// was fetched at once, and from many places in turn, because memory is slow to answer and the processor, on its own, is at
// most some lines ahead in each place.
struct Streams {
    static constexpr int COUNT = 16, MOST = 3;  // places; lines at once
    const uint8_t* tile[SEGMENT / 16];          // 16 rows each, which mostly lie one after the other
    int tiles;
    const uint8_t* at[COUNT + MOST - 1];        // the tiles of this round; behind the last the first ones again, a line further
    int lines;                                  // of a tile
    int round = 0, left = 0;                    // lines of this round
    int64_t place = 0, line = 0;                // of the next one; bytes into its tile

    // Of the tokens from position `begin` to `end`, at most a segment.
    Streams(const ok2_latents& l, const int32_t* pages, int begin, int end)
        : tiles(end > begin ? ceil_div(end - begin, 16) : 0), lines(l.width / 2) {
        for (int i = 0; i < tiles; i++) {
            const int position = begin + 16 * i, page = position / l.page_tokens;
            const int64_t slot = (int64_t)pages[page] * l.page_tokens + position % l.page_tokens;
            tile[i] = (const uint8_t*)l.slots + slot * l.width * 2;
        }
        begin_round();
    }

    void begin_round() {
        const int rounds = ceil_div(tiles, COUNT);
        place = line = 0, left = round < rounds ? lines * COUNT : 0;
        for (int i = 0; left && i < COUNT; i++) {
            const int next = i * rounds + round;
            at[i] = tile[next < tiles ? next : tiles - 1];
        }
        for (int i = 0; left && i < MOST - 1; i++) at[COUNT + i] = at[i] + 64;
        round++;
    }

    // In few instructions: this stands beside every few of what computes.
    template <int LINES>
    __attribute__((always_inline)) inline void fetch() {
        static_assert(LINES <= MOST, "");
        if (!left) return;
        if (left <= LINES) return end_round();
        UNROLLED for (int i = 0; i < LINES; i++) fetch_nearby(at[place + i] + line);
        left -= LINES, place += LINES;
        if (place >= COUNT) place -= COUNT, line += 64;
    }

    __attribute__((noinline)) void end_round() {
        for (; left; left--, place++) fetch_nearby(at[place] + line);
        begin_round();
    }

    void fetch_all() {
        while (left) fetch<1>();
    }
};
// Lines fetched beside a tile of latents that meets queries, two tokens' weights, and two tokens that are put by pairs: as evenly over
// the time these take as may be.
constexpr int BESIDE = 3;

// 16 x 16 numbers of 32 bits, rows to columns.
inline void transpose(const uint32_t* from, uint32_t* to) {
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
    for (int i = 0; i < 16; i++) _mm512_storeu_si512(to + 16 * i, r[i]);
}

// `columns` <= 16 queries from `at` on: [C / 32][16 pairs of numbers][16][2].
inline void arrange_tiles(const Queries& q, int64_t at, int columns, int width, float* out) {
    alignas(64) uint32_t rows[256];
    if (columns < COLUMNS) memset(rows, 0, sizeof rows);
    for (int k = 0; k < width; k += 32) {
        for (int c = 0; c < columns; c++) memcpy(rows + 16 * c, q.bf16 + at + (int64_t)c * width + k, 64);
        transpose(rows, (uint32_t*)out + 8 * k);
    }
}

// Where 16 tokens' latents are equally far apart, as the rows of a tile have to be, or a copy.
inline const uint8_t* rows_of_tile(const ok2_latents& l, const uint8_t* const* rows, uint8_t* gathered) {
    const int64_t bytes = (int64_t)l.width * 2;
    const bool pages_hold_tiles = l.page_tokens % 16 == 0;  // then only a tile that is filled up with its last row is none
    bool together = rows[15] == rows[0] + 15 * bytes;
    for (int i = 1; i < 15 && !pages_hold_tiles; i++) together = together && rows[i] == rows[0] + i * bytes;
    if (together) return rows[0];
    for (int i = 0; i < 16; i++) memcpy(gathered + i * bytes, rows[i], bytes);
    return gathered;
}

// scores[group][SEGMENT][16] of T times 16 tokens for G groups, G * T <= 4.
template <int G, int T>
inline void score_tokens(const ok2_latents& l, const uint8_t* const* rows, uint8_t* gathered, const float* queries, float* scores,
                         Streams& ahead) {
    const int64_t stride = (int64_t)l.width * 2;
    const uint8_t* latents[T];
    for (int t = 0; t < T; t++) latents[t] = rows_of_tile(l, rows + 16 * t, gathered + 16 * t * stride);
    const uint8_t *one = (const uint8_t*)queries, *two = (const uint8_t*)(queries + query_floats(l.width));
    written();
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int k = 0; k < l.width; k += 32) {
        _tile_loadd(6, one + 32 * k, 64);
        if constexpr (G > 1) _tile_loadd(7, two + 32 * k, 64);
        ahead.fetch<BESIDE>();
        _tile_loadd(4, latents[0] + 2 * k, stride);
        _tile_dpbf16ps(0, 4, 6);
        if constexpr (G > 1) _tile_dpbf16ps(2, 4, 7);
        ahead.fetch<BESIDE>();
        _tile_loadd(5, latents[1] + 2 * k, stride);
        _tile_dpbf16ps(1, 5, 6);
        if constexpr (G > 1) _tile_dpbf16ps(3, 5, 7);
        if constexpr (T > 2) {
            ahead.fetch<BESIDE>();
            _tile_loadd(4, latents[2] + 2 * k, stride);
            _tile_dpbf16ps(2, 4, 6);
            ahead.fetch<BESIDE>();
            _tile_loadd(5, latents[3] + 2 * k, stride);
            _tile_dpbf16ps(3, 5, 6);
        }
    }
    constexpr int TILE = 16 * COLUMNS, NEXT = G > 1 ? SCORES_OF_GROUP : 2 * TILE;
    _tile_stored(0, scores, 64);
    _tile_stored(1, scores + TILE, 64);
    if constexpr (G * T > 2) {
        _tile_stored(2, scores + NEXT, 64);
        _tile_stored(3, scores + NEXT + TILE, 64);
    }
}

// Scores of the first `known` tokens of a segment, whole parts, for G groups.
template <int G>
inline void score_segment(const ok2_latents& l, const AttentionScratch& s, int known, const float* queries, float* scores,
                          Streams& ahead) {
    constexpr int T = 4 / G;
    uint8_t* const gathered = (uint8_t*)s.gathered;
    int i = 0;
    for (; i + 16 * T <= known; i += 16 * T) score_tokens<G, T>(l, s.rows + i, gathered, queries, scores + i * COLUMNS, ahead);
    for (; i < known; i += 32) score_tokens<G, 2>(l, s.rows + i, gathered, queries, scores + i * COLUMNS, ahead);
}

// Scores of one group become weights of pairs of tokens in bfloat16, [tokens / PART][16 columns][16 pairs]; `seen` hears of them.
inline void weigh_segment(float* scores, int known, const float* visible, uint32_t* weights, const Seen& seen, Streams& ahead) {
    const F most = hide(scores, known, visible, spread(-INFINITY));
    store(seen.largest, most);
    const F bounded = larger(most, spread(-1e30f));
    store(seen.total, weigh_pairs(scores, known, bounded, weights, [&] { ahead.fetch<BESIDE>(); }));
    for (int t = 0; t < known; t += PART) transpose(weights + t / 2 * COLUMNS, weights + t / 2 * COLUMNS);
}

// V times 16 numbers of a part's tokens from k on, by pairs of tokens: [V][16 pairs][16][2].
template <int V>
inline void put_by_pairs(const AttentionScratch& s, int part, int k, uint16_t* to, Streams& ahead) {
    for (int i = 0; i < PART / 2; i++) {
        const uint8_t* const* rows = s.rows + part * PART + 2 * i;
        Pair both[V];
        interleave<V>((const uint16_t*)rows[0] + k, (const uint16_t*)rows[1] + k, both);
        ahead.fetch<V < BESIDE ? V : BESIDE>();
        UNROLLED for (int v = 0; v < V; v++) {
            _mm512_store_si512(to + (v * PART / 2 + i) * 32, both[v]);
        }
    }
}

// Sums in tiles += weights x latents of a part for G groups and V times 16 numbers, G * V <= 4.
template <int G, int V>
inline void mix_part(const uint32_t* weights, const uint16_t* pairs) {
    constexpr int64_t TILE = 16 * 32;
    written();
    _tile_loadd(4, weights, 64);
    _tile_loadd(6, pairs, 64);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (V > 1) {
        _tile_loadd(7, pairs + TILE, 64);
        _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (G > 1) {
        _tile_loadd(5, weights + WEIGHTS_OF_GROUP, 64);
        _tile_dpbf16ps(2, 5, 6);
        if constexpr (V > 1) _tile_dpbf16ps(3, 5, 7);
    } else if constexpr (V > 2) {
        _tile_loadd(6, pairs + 2 * TILE, 64);
        _tile_dpbf16ps(2, 4, 6);
        _tile_loadd(7, pairs + 3 * TILE, 64);
        _tile_dpbf16ps(3, 4, 7);
    }
}

inline void zero_sums() {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

// What G groups have mixed of V times 16 numbers from k on.
template <int G, int V>
inline void store_sums(const Seen* seen, int k) {
    float *first = seen[0].mixed + k * COLUMNS, *second = G > 1 ? seen[G - 1].mixed + k * COLUMNS : first + 512;
    _tile_stored(0, first, 64);
    if constexpr (V > 1) _tile_stored(1, first + 256, 64);
    if constexpr (G > 1 || V > 2) _tile_stored(2, second, 64);
    if constexpr (G > 1 ? V > 1 : V > 2) _tile_stored(3, second + 256, 64);
}

// mixed = weights x latents of a segment for one group, V times 16 numbers from k on at a time; returns where it ends.
template <int V>
inline int mix_alone(const ok2_latents& l, const AttentionScratch& s, int parts, int k, const Seen* seen, Streams& ahead) {
    const auto place = [&](int part) { return s.paired + part % 2 * V * 512; };
    for (; k + 16 * V <= l.rank; k += 16 * V) {
        zero_sums();
        put_by_pairs<V>(s, 0, k, place(0), ahead);
        for (int part = 0; part < parts; part++) {
            if (part + 1 < parts) put_by_pairs<V>(s, part + 1, k, place(part + 1), ahead);
            mix_part<1, V>(s.weights + part * 256, place(part));
        }
        store_sums<1, V>(seen, k);
    }
    return k;
}

// The same for several groups, which share what is put by pairs.
template <int V>
inline int mix_together(const ok2_latents& l, const AttentionScratch& s, int parts, int k, int groups, const Seen* seen,
                        Streams& ahead) {
    for (; k + 16 * V <= l.rank; k += 16 * V) {
        for (int part = 0; part < parts; part++) put_by_pairs<V>(s, part, k, s.paired + part * V * 512, ahead);
        const auto mix = [&](auto some, int g) {
            constexpr int G = decltype(some)::value;
            zero_sums();
            for (int part = 0; part < parts; part++)
                mix_part<G, V>(s.weights + g * WEIGHTS_OF_GROUP + part * 256, s.paired + part * V * 512);
            store_sums<G, V>(seen + g, k);
        };
        for (int g = 0; g + 2 <= groups; g += 2) mix(std::integral_constant<int, 2>{}, g);
        if (groups % 2) mix(std::integral_constant<int, 1>{}, groups - 1);
    }
    return k;
}

// A segment's first `known` tokens, of which `visible` may be looked at.
inline void attend_in_tiles(const ok2_latents& l, const AttentionScratch& s, int known, int groups, const float (*visible)[COLUMNS],
                            const Seen* seen, Streams& ahead) {
    const int whole = ceil_div(known, PART) * PART;
    use_tiles(TILES_PAIRS);
    for (int g = 0; g < groups; g += 2) {
        const float* queries = s.queries + g * query_floats(l.width);
        if (groups - g > 1) score_segment<2>(l, s, whole, queries, s.scores, ahead);
        else score_segment<1>(l, s, whole, queries, s.scores, ahead);
        for (int i = g; i < g + 2 && i < groups; i++)
            weigh_segment(s.scores + (i - g) * SCORES_OF_GROUP, whole, visible[i], s.weights + i * WEIGHTS_OF_GROUP, seen[i], ahead);
    }
    const int parts = whole / PART;
    if (groups == 1) {
        int k = mix_alone<4>(l, s, parts, 0, seen, ahead);
        k = mix_alone<2>(l, s, parts, k, seen, ahead);
        mix_alone<1>(l, s, parts, k, seen, ahead);
    } else {
        const int k = mix_together<2>(l, s, parts, 0, groups, seen, ahead);
        mix_together<1>(l, s, parts, k, groups, seen, ahead);
    }
}

}  // namespace
#endif
