// Products in AMX tiles: 16 rows x 16 outputs, 32 bfloat16 or int8 inputs at a time.
//
// A tile sums even and odd inputs apart, so bfloat16 products have bits of their own: with AMX every bfloat16 product is
// made in tiles, also that of a single row. Products with int8 activations are exact sums and equal those in registers.
#pragma once
#include "product.h"

namespace {

// Memory for unpacked panels, of each thread.
inline int64_t unpacked_bytes(int inputs) { return (int64_t)MOST_PANELS * ceil_div(inputs, BRICK) * 1024; }

#if defined(__AMX_TILE__)

constexpr int ROWS_IN_REGISTERS = 12;  // int8 products of so few rows are faster there
constexpr int MOMENTS_OF_FOURS = 4;    // that a brick takes

struct alignas(64) TileConfig {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t columns[16] = {};  // bytes
    uint8_t rows[16] = {};
};

// What the tiles hold: rows x 32 bfloat16 and 16 pairs x 16 outputs, or rows x 32 int8 and 8 fours x 16 outputs. Of
// pairs the rows may be fewer than 16, which makes them faster.
enum TileKind { TILES_UNSET = 0, TILES_PAIRS = 1, TILES_FOURS = 2 };
static thread_local int tile_use = TILES_UNSET;  // kind and rows

// What was written before is in memory when tiles are loaded: to the compiler their intrinsics read nothing.
inline void written() { __asm__ volatile("" ::: "memory"); }

inline void use_tiles(TileKind kind, int rows = 16) {
    const int use = kind * 32 + rows;
    if (tile_use == use) return;
    TileConfig config;
    for (int t = 0; t < 8; t++) {
        const bool weights = t >= 5;  // pairs: 0-3 sums, 4 and 5 rows, 5-7 weights; fours: 0-3 sums, 4, 5 rows, 6, 7 weights
        config.rows[t] = kind == TILES_FOURS && t >= 6 ? 8 : kind == TILES_PAIRS && weights ? 16 : rows;
        config.columns[t] = kind == TILES_FOURS && (t == 4 || t == 5) ? 32 : 64;
    }
    written();
    _tile_loadconfig(&config);
    tile_use = use;
}

// At the beginning of a thread's work others may have set the tiles; at its end they are given back.
inline void forget_tiles() { tile_use = TILES_UNSET; }
inline void release_tiles() {
    if (tile_use != TILES_UNSET) _tile_release();
    tile_use = TILES_UNSET;
}

template <class W>
inline void unpack_pairs(const uint8_t* brick, uint8_t* out) {
    for (int step = 0; step < 16; step++) _mm512_store_si512(out + step * 64, W::at(brick, step, 0));
}
inline void unpack_nibbles(const uint8_t* brick, uint8_t* out) {
    for (int step = 0; step < 8; step++)
        _mm512_store_si512(out + step * 64, _mm512_sub_epi8(Int4Fours::at(brick, step, 0), _mm512_set1_epi8(8)));
}

inline bool made_of_fours(int format) { return format == OK2_INT8 || format == OK2_INT4; }

inline void scale_rows(const Panels& w, int p, int rows, float* out) {
    for (int m = 0; m < rows; m++) store(out + m * PANEL, load(out + m * PANEL) * scale_at(w.format, w.scales[p], 0, 0));
}

// --- Up to 16 rows: bricks of P panels pass once, unpacked just before their product.

template <class W, int P>
inline void pass_pairs(const Panels& w, int from, const Activations& a, int first, int rows, float* out, Following& next) {
    constexpr bool UNPACKED = W::BYTES == 1024;
    alignas(64) uint8_t ring[UNPACKED ? 64 : 2 * P * 1024];
    alignas(64) float parts[2][P][BLOCK * PANEL];
    use_tiles(TILES_PAIRS, rows <= 4 ? rows : 16);
    const uint16_t* x = a.bf16 + a.brick_at(first, 0) * BRICK;
    const auto fold = [&](int last) {
        for (int p = 0; p < P; p++) {
            const F scale = scale_at(w.format, w.scales[from + p], last, 0);
            float* to = out + (from + p) * TILE_ROWS * PANEL;
            const float* part = parts[last / (W::FOLD ? W::FOLD : 1) % 2][p];
            for (int m = 0; m < rows; m++) store(to + m * PANEL, fma(load(part + m * PANEL), scale, load(to + m * PANEL)));
        }
    };
    if (W::FOLD)
        for (int p = 0; p < P; p++) memset(out + (from + p) * TILE_ROWS * PANEL, 0, 4 * rows * PANEL);
    int waiting = -1;  // the last brick of the sums that are still to be folded
    for (int b = 0; b < w.bricks; b++) {
        next.pass(P);
        const uint8_t* brick[P];
        for (int p = 0; p < P; p++) {
            brick[p] = w.codes[from + p] + (int64_t)b * W::BYTES;
            if (UNPACKED) continue;
            uint8_t* to = ring + (b % 2 * P + p) * 1024;
            unpack_pairs<W>(brick[p], to);
            brick[p] = to;
        }
        written();
        if (b == 0 || (W::FOLD && b % W::FOLD == 0)) {
            _tile_zero(0);
            if constexpr (P > 1) _tile_zero(1);
            if constexpr (P > 2) _tile_zero(2);
            if constexpr (P > 3) _tile_zero(3);
        }
        _tile_loadd(4, x + (int64_t)b * BLOCK * BRICK, 64);
        _tile_loadd(5, brick[0], 64);
        _tile_dpbf16ps(0, 4, 5);
        if constexpr (P > 1) {
            _tile_loadd(6, brick[1], 64);
            _tile_dpbf16ps(1, 4, 6);
        }
        if constexpr (P > 2) {
            _tile_loadd(7, brick[2], 64);
            _tile_dpbf16ps(2, 4, 7);
        }
        if constexpr (P > 3) {
            _tile_loadd(5, brick[3], 64);
            _tile_dpbf16ps(3, 4, 5);
        }
        const bool ends = b == w.bricks - 1 || (W::FOLD && b % W::FOLD == W::FOLD - 1);
        if (!ends) continue;
        float(*part)[BLOCK * PANEL] = parts[b / (W::FOLD ? W::FOLD : 1) % 2];
        _tile_stored(0, W::FOLD ? part[0] : out + from * TILE_ROWS * PANEL, 64);
        if constexpr (P > 1) _tile_stored(1, W::FOLD ? part[1] : out + (from + 1) * TILE_ROWS * PANEL, 64);
        if constexpr (P > 2) _tile_stored(2, W::FOLD ? part[2] : out + (from + 2) * TILE_ROWS * PANEL, 64);
        if constexpr (P > 3) _tile_stored(3, W::FOLD ? part[3] : out + (from + 3) * TILE_ROWS * PANEL, 64);
        if (W::FOLD && waiting >= 0) fold(waiting);
        waiting = b;
    }
    if (W::FOLD) fold(waiting);
    if (w.format == OK2_INT8_A16)
        for (int p = 0; p < P; p++) scale_rows(w, from + p, rows, out + (from + p) * TILE_ROWS * PANEL);
}

template <class W>
inline void pass_all_pairs(const Panels& w, const Activations& a, int first, int rows, float* out, Following& next) {
    int p = 0;
    for (; p + 4 <= w.count; p += 4) pass_pairs<W, 4>(w, p, a, first, rows, out, next);
    for (; p + 2 <= w.count; p += 2) pass_pairs<W, 2>(w, p, a, first, rows, out, next);
    for (; p < w.count; p++) pass_pairs<W, 1>(w, p, a, first, rows, out, next);
}

// --- More rows: panels are unpacked before, and some bricks of two panels stay in the nearest cache while all rows pass.

constexpr int BRICKS_THAT_STAY = 8;

// Two blocks of rows (R = 1: one) x two panels (P = 1: one) x some bricks, onto the sums in `out`.
template <int R, int P>
inline void tile_sums(const uint8_t* first_panel, const uint8_t* second_panel, const uint16_t* x, int64_t block_stride,
                      int bricks, bool fresh, float* out, int64_t panel_stride, int64_t row_stride, Following& next) {
    written();
    if (fresh) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    } else {
        _tile_loadd(0, out, 64);
        if constexpr (P > 1) _tile_loadd(1, out + panel_stride, 64);
        if constexpr (R > 1) _tile_loadd(2, out + row_stride, 64);
        if constexpr (R > 1 && P > 1) _tile_loadd(3, out + row_stride + panel_stride, 64);
    }
    for (int b = 0; b < bricks; b++) {
        const uint16_t* rows = x + (int64_t)b * BLOCK * BRICK;
        next.pass(1);
        _tile_loadd(4, rows, 64);
        _tile_loadd(6, first_panel + b * 1024, 64);
        _tile_dpbf16ps(0, 4, 6);
        next.pass(1);
        if constexpr (R > 1) {
            _tile_loadd(5, rows + block_stride, 64);
            _tile_dpbf16ps(2, 5, 6);
        }
        next.pass(1);
        if constexpr (P > 1) {
            _tile_loadd(7, second_panel + b * 1024, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        next.pass(1);
        if constexpr (R > 1 && P > 1) _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, out, 64);
    if constexpr (P > 1) _tile_stored(1, out + panel_stride, 64);
    if constexpr (R > 1) _tile_stored(2, out + row_stride, 64);
    if constexpr (R > 1 && P > 1) _tile_stored(3, out + row_stride + panel_stride, 64);
}

// The sums of `fold` bricks at a time, each times its scale; the scaling of one follows the sums of the next.
template <int R, int P>
inline void scaled_sums(const Panels& w, int p, int begin, int bricks, int fold, const uint16_t* x, int64_t block_stride,
                        float* out, float* parts, Following& next) {
    constexpr int64_t PART = BLOCK * PANEL;
    const auto scale_part = [&](int b, const float* part) {
        for (int q = 0; q < P; q++) {
            const F scale = scale_at(w.format, w.scales[p + q], b, 0);
            float* to = out + q * TILE_ROWS * PANEL;
            for (int m = 0; m < R * BLOCK; m++) {
                const int64_t at = m / BLOCK * P * PART + q * PART + m % BLOCK * PANEL;
                store(to + m * PANEL, fma(load(part + at), scale, load(to + m * PANEL)));
            }
        }
    };
    const float* waiting = nullptr;
    int last = 0;
    for (int b = begin; b < begin + bricks; b += fold) {
        float* part = parts + (b / fold) % 2 * 4 * PART;
        const int some = begin + bricks - b < fold ? begin + bricks - b : fold;
        tile_sums<R, P>(w.codes[p] + b * 1024, P > 1 ? w.codes[p + P - 1] + b * 1024 : nullptr,
                        x + (int64_t)(b - begin) * BLOCK * BRICK, block_stride, some, true, part, PART, P * PART, next);
        if (waiting) scale_part(last, waiting);
        waiting = part, last = b;
    }
    scale_part(last, waiting);
}

template <int P>
inline void stay_pairs(const Panels& w, int p, const Activations& a, int first, int rows, float* out, Following& next) {
    const int fold = w.format == OK2_FP8 ? Fp8Pairs::FOLD : w.format == OK2_INT4_A16 ? Int4Pairs::FOLD : 0;
    const int64_t block_stride = (int64_t)a.bricks * BLOCK * BRICK;
    alignas(64) float parts[8 * BLOCK * PANEL];
    out += p * TILE_ROWS * PANEL;
    if (fold)
        for (int q = 0; q < P; q++) memset(out + q * TILE_ROWS * PANEL, 0, 4 * ceil_div(rows, BLOCK) * BLOCK * PANEL);
    use_tiles(TILES_PAIRS);
    for (int begin = 0; begin < w.bricks; begin += BRICKS_THAT_STAY) {
        const int bricks = w.bricks - begin < BRICKS_THAT_STAY ? w.bricks - begin : BRICKS_THAT_STAY;
        const uint8_t *one = w.codes[p] + begin * 1024, *two = P > 1 ? w.codes[p + P - 1] + begin * 1024 : nullptr;
        for (int row = 0; row < rows; row += 2 * BLOCK) {
            const uint16_t* x = a.bf16 + a.brick_at(first + row, begin) * BRICK;
            float* to = out + row * PANEL;
            const bool both = rows - row > BLOCK;
            if (fold && both) scaled_sums<2, P>(w, p, begin, bricks, fold, x, block_stride, to, parts, next);
            else if (fold) scaled_sums<1, P>(w, p, begin, bricks, fold, x, block_stride, to, parts, next);
            else if (both)
                tile_sums<2, P>(one, two, x, block_stride, bricks, begin == 0, to, TILE_ROWS * PANEL, BLOCK * PANEL, next);
            else tile_sums<1, P>(one, two, x, block_stride, bricks, begin == 0, to, TILE_ROWS * PANEL, BLOCK * PANEL, next);
        }
    }
    if (w.format == OK2_INT8_A16)
        for (int q = 0; q < P; q++) scale_rows(w, p + q, rows, out + q * TILE_ROWS * PANEL);
}

// Sums of one brick in tile `sum`, by way of tiles for the rows and the codes, into part[sum]. Tiles have their numbers in
// the instruction, so this is a macro.
#define OK2_FOURS(sum, rows_tile, codes_tile)     \
    _tile_zero(sum);                              \
    _tile_loadd(rows_tile, rows, 32);             \
    _tile_loadd(codes_tile, brick, 64);           \
    _tile_dpbssd(sum, rows_tile, codes_tile);     \
    _tile_stored(sum, part[sum], 64)

// One block of 16 rows x one panel, four bricks in flight; `codes` are int8.
template <int FORMAT>
__attribute__((noinline)) void fours_in_tiles(const uint8_t* codes, const void* scales, const Activations& a, int first, float* out,
                                              Following& next) {
    constexpr bool SCALED = FORMAT == OK2_INT4;
    alignas(64) int32_t part[4][BLOCK * PANEL];
    F total[BLOCK];
    UNROLLED for (int m = 0; m < BLOCK; m++) total[m] = spread(0.0f);
    const int64_t cell = a.brick_at(first, 0);
    const int8_t* x = a.int8 + cell * BRICK;
    const auto sums = [&](int b, int slot) {
        const int8_t* rows = x + (int64_t)b * BLOCK * BRICK;
        const uint8_t* brick = codes + (int64_t)b * 512;
        if (slot == 0) {
            OK2_FOURS(0, 4, 6);
        } else if (slot == 1) {
            OK2_FOURS(1, 5, 7);
        } else if (slot == 2) {
            OK2_FOURS(2, 4, 6);
        } else {
            OK2_FOURS(3, 5, 7);
        }
    };
    const int bricks = a.bricks;
    written();
    for (int b = 0; b < 3 && b < bricks; b++) sums(b, b);
    for (int b = 0; b < bricks; b++) {
        if (b + 3 < bricks) sums(b + 3, (b + 3) % 4);
        next.pass(MOMENTS_OF_FOURS);
        const float* row_scales = a.scales + cell + (int64_t)b * BLOCK;
        const F scale = SCALED ? scale_at(FORMAT, scales, b, 0) : spread(1.0f);
        UNROLLED for (int m = 0; m < BLOCK; m++) {
            const F both = spread(row_scales[m]);
            total[m] = fma(to_float(load_int(part[b % 4] + m * PANEL)), SCALED ? scale * both : both, total[m]);
        }
    }
    UNROLLED for (int m = 0; m < BLOCK; m++)
        store(out + m * PANEL, SCALED ? total[m] : total[m] * scale_at(FORMAT, scales, 0, 0));
}
#undef OK2_FOURS

template <int FORMAT>
inline void panels_of_fours(const Panels& w, const Activations& a, int first, int rows, float* out, Following& next) {
    use_tiles(TILES_FOURS);
    for (int p = 0; p < w.count; p++)
        for (int m = 0; m < rows; m += BLOCK)
            fours_in_tiles<FORMAT>(w.codes[p], w.scales[p], a, first + m, out + (p * TILE_ROWS + m) * PANEL, next);
}

#else

inline void forget_tiles() {}
inline void release_tiles() {}

#endif

// `count` panels of a weight made ready for the products of `rows` rows, unpacked into a thread's scratch where that
// pays.
struct Ready {
    Panels panels;
    bool tiles = false;
    bool passing = false;  // so few rows that bricks are unpacked as they pass
};

inline Ready ready(const ok2_matrix& m, int first, int count, int rows, uint8_t* scratch, Coming next = {}) {
    Ready r;
    r.panels = panels_at(m, first, count);
    r.panels.next = next;
#if defined(__AMX_TILE__)
    Panels& w = r.panels;
    r.tiles = m.format != OK2_F32 && (!made_of_fours(m.format) || rows > ROWS_IN_REGISTERS);
    r.passing = rows <= BLOCK && !made_of_fours(m.format);
    if (!r.tiles || r.passing || m.format == OK2_BF16 || m.format == OK2_INT8) return r;
    for (int p = 0; p < count; p++) {
        const uint8_t* brick = w.codes[p];
        uint8_t* to = scratch + (int64_t)p * w.bricks * 1024;
        w.codes[p] = to;
        for (int b = 0; b < w.bricks; b++) switch (m.format) {
                case OK2_FP8: unpack_pairs<Fp8Pairs>(brick + b * 512, to + b * 1024); break;
                case OK2_INT8_A16: unpack_pairs<Int8Pairs>(brick + b * 512, to + b * 1024); break;
                case OK2_INT4_A16: unpack_pairs<Int4Pairs>(brick + b * 256, to + b * 1024); break;
                default: unpack_nibbles(brick + b * 256, to + b * 512);
            }
    }
#else
    (void)rows, (void)scratch;
#endif
    return r;
}

// In how many moments the products of `rows` rows can fetch what comes next; 0 where they do it their own way.
inline int64_t moments_of(const Ready& r, int rows) {
#if defined(__AMX_TILE__)
    const Panels& w = r.panels;
    const int64_t bricks = (int64_t)w.count * w.bricks;
    if (r.passing) return bricks;
    if (!r.tiles) return rows <= ROWS_IN_REGISTERS ? bricks * ceil_div(rows, most_rows(w.format)) : 0;
    if (made_of_fours(w.format)) return bricks * ceil_div(rows, BLOCK) * MOMENTS_OF_FOURS;
    return (int64_t)ceil_div(w.count, 2) * ceil_div(rows, 2 * BLOCK) * w.bricks * 4;
#else
    (void)r, (void)rows;
    return 0;
#endif
}

// out[panel][row - first][16] of `rows` <= TILE_ROWS rows from `first`, a multiple of 16. With tiles whole blocks of 16
// rows may be written.
inline void product(const Ready& r, const Activations& a, int first, int rows, float* out, Following& next) {
#if defined(__AMX_TILE__)
    const Panels& w = r.panels;
    if (r.tiles && w.format == OK2_INT4) return panels_of_fours<OK2_INT4>(w, a, first, rows, out, next);
    if (r.tiles && w.format == OK2_INT8) return panels_of_fours<OK2_INT8>(w, a, first, rows, out, next);
    if (r.passing) switch (w.format) {
            case OK2_BF16: return pass_all_pairs<PlainPairs>(w, a, first, rows, out, next);
            case OK2_FP8: return pass_all_pairs<Fp8Pairs>(w, a, first, rows, out, next);
            case OK2_INT8_A16: return pass_all_pairs<Int8Pairs>(w, a, first, rows, out, next);
            case OK2_INT4_A16: return pass_all_pairs<Int4Pairs>(w, a, first, rows, out, next);
        }
    if (r.tiles) {
        int p = 0;
        for (; p + 2 <= w.count; p += 2) stay_pairs<2>(w, p, a, first, rows, out, next);
        for (; p < w.count; p++) stay_pairs<1>(w, p, a, first, rows, out, next);
        return;
    }
#endif
    Panels panels = r.panels;
    if (moments_of(r, rows)) panels.following = &next;
    product_in_registers(panels, a, first, rows, out);
}

}  // namespace
