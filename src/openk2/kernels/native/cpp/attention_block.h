// What a block of absorbed latent attention is made of (DeepSeek-V2, arXiv 2405.04434, section 2.1.2): a token's heads share one
// latent per known token, which is read once for all of them.
//
// A column is one head of one token. Columns are worked on 16 at a time, known tokens in segments of 512 that begin at
// multiples of 512 from position 0, and these in blocks of 64 (softmax as they come, arXiv 2205.14135), but for tiles.
// How scores are made and latents mixed is in attention_floats.h, attention_pairs.h and attention_tiles.h.
#pragma once
#include "product_amx.h"

namespace {

constexpr int COLUMNS = 16, SEGMENT = 512, KNOWN = 64;
constexpr int AT_ONCE = 8;  // known tokens whose scores are made together, at most
constexpr int EIGHT = 8;    // numbers of a latent that meet a vector of queries
// Tokens that a thread works on before the next: a block, or with tiles a segment.
#if defined(__AMX_TILE__)
constexpr int HELD = SEGMENT;
constexpr int GROUPS = 12;  // of 16 columns that share what is prepared of known tokens, at most
#else
constexpr int HELD = KNOWN;
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
    const uint8_t** rows;   // [HELD] latents of a block or segment
    const uint8_t** after;  // [HELD] those of the next
    float* known;           // [KNOWN][C] as floats
    uint16_t* gathered;     // [KNOWN][C] for tiles, where pages are smaller
    uint16_t* paired;       // [HELD / 2][32][2] for tiles, numbers of two tokens side by side
    float* queries;         // [GROUPS] of query_floats, arranged as scores want them
    float* scores;          // [GROUPS][KNOWN][16], for tiles [2][HELD][16]
    float* fade;            // [GROUPS][16] what is left of that which was seen before a block
    uint32_t* weights;      // [GROUPS][HELD / 2][16] pairs of weights in bfloat16; for tiles [..][HELD / 32][16][16]
    float* seen;            // [3 * GROUPS] of seen_floats
};

inline int64_t query_floats(int width) { return COLUMNS * (int64_t)(width + 1); }  // of one group

template <class Take>
inline AttentionScratch take_scratch(int width, int rank, Take&& take) {
    AttentionScratch s;
    s.rows = (const uint8_t**)take(HELD * 8);
    s.after = (const uint8_t**)take(HELD * 8);
    s.known = (float*)take(4 * KNOWN * (int64_t)width + 64);  // the last row is read to whole vectors
    s.gathered = (uint16_t*)take(2 * KNOWN * (int64_t)width);
    s.paired = (uint16_t*)take(2 * HELD * 32);
    s.queries = (float*)take(GROUPS * query_floats(width) * 4);
    s.scores = (float*)take(4 * COLUMNS * (GROUPS * KNOWN > 2 * HELD ? GROUPS * KNOWN : 2 * HELD));
    s.fade = (float*)take(GROUPS * 4 * COLUMNS);
    s.weights = (uint32_t*)take(GROUPS * 2 * HELD * COLUMNS);
    s.seen = (float*)take(3 * GROUPS * whole_lines(4 * seen_floats(rank)));
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
    if (l.bfloat16 && l.width % EIGHT == 0 && l.rank % 16 == 0) return WAY_PAIRS;
#endif
    (void)l;
    return WAY_FLOATS;
}

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

// Where the latents of `count` tokens from position `begin` are; those from `end` on are not looked at.
inline void find_rows(const ok2_latents& l, const int32_t* pages, int begin, int end, int count, const uint8_t** rows) {
    const int64_t bytes = (int64_t)l.width * (l.bfloat16 ? 2 : 4);
    int page = begin / l.page_tokens, place = begin % l.page_tokens, i = 0;
    const int known = end - begin < count ? end - begin : count;
    for (; i < known; page++, place = 0) {
        const uint8_t* row = (const uint8_t*)l.slots + ((int64_t)pages[page] * l.page_tokens + place) * bytes;
        const int left = known - i, of_page = l.page_tokens - place, some = left < of_page ? left : of_page;
        for (int j = 0; j < some; j++, row += bytes) rows[i++] = row;
    }
    for (; i < count; i++) rows[i] = rows[known - 1];
}

// The largest of some tokens' scores in a vector of columns, at least `before`.
inline F largest_of(const float* scores, int tokens, F before) {
    F most[4];
    UNROLLED for (int j = 0; j < 4; j++) most[j] = before;
    int i = 0;
    for (; i + 4 <= tokens; i += 4)
        UNROLLED for (int j = 0; j < 4; j++) most[j] = larger(most[j], load(scores + (i + j) * COLUMNS));
    for (; i < tokens; i++) most[0] = larger(most[0], load(scores + i * COLUMNS));
    return larger(larger(most[0], most[1]), larger(most[2], most[3]));
}

// Hides from a vector of columns the scores of tokens that they may not look at; returns the largest, at least `before`.
inline F hide(float* scores, int known, const float* visible, F before) {
    int all = known;  // tokens that every column sees
    for (int c = 0; c < LANES; c++) all = visible[c] < all ? (int)visible[c] : all;
    all = all > 0 ? all : 0;
    F most = largest_of(scores, all, before);
    for (int i = all; i < known; i++) {
        const F score = where_less(spread((float)i), load(visible), load(scores + i * COLUMNS), spread(-INFINITY));
        store(scores + i * COLUMNS, score);
        most = larger(most, score);
    }
    return most;
}

}  // namespace
