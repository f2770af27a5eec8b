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

constexpr int ROWS_IN_REGISTERS = 4;  // int8 products of so few rows are faster there

struct alignas(64) TileConfig {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t columns[16] = {};  // bytes
    uint8_t rows[16] = {};
};

enum TileUse { TILES_UNSET, TILES_PAIRS, TILES_FOURS };
static thread_local TileUse tile_use = TILES_UNSET;

inline void use_tiles(TileUse use) {
    if (tile_use == use) return;
    TileConfig config;
    for (int t = 0; t < 8; t++) {
        config.rows[t] = use == TILES_FOURS && t >= 6 ? 8 : 16;
        config.columns[t] = use == TILES_FOURS && (t == 4 || t == 5) ? 32 : 64;
    }
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
inline void unpack_pairs(const uint8_t* codes, int bricks, uint8_t* out) {
    for (int b = 0; b < bricks; b++)
        for (int step = 0; step < 16; step++)
            _mm512_store_si512(out + b * 1024 + step * 64, W::at(codes + (int64_t)b * W::BYTES, step, 0));
}
inline void unpack_nibbles(const uint8_t* codes, int bricks, uint8_t* out) {
    const __m512i eight = _mm512_set1_epi8(8);
    for (int b = 0; b < bricks; b++)
        for (int step = 0; step < 8; step++)
            _mm512_store_si512(out + b * 512 + step * 64, _mm512_sub_epi8(Int4Fours::at(codes + b * 256, step, 0), eight));
}

inline bool made_of_fours(int format) { return format == OK2_INT8 || format == OK2_INT4; }

// R blocks of 16 rows x P panels; tiles 0-3 are sums, R <= 2, P <= 2 or R = 1, P <= 4.
template <int R, int P>
inline void tile_sums(const uint8_t* const* w, const uint16_t* x, int64_t block_stride, int bricks) {
    _tile_zero(0);
    if constexpr (R * P > 1) _tile_zero(1);
    if constexpr (R * P > 2) _tile_zero(2);
    if constexpr (R * P > 3) _tile_zero(3);
    for (int b = 0; b < bricks; b++) {
        const uint16_t* a = x + (int64_t)b * BLOCK * BRICK;
        const int64_t at = (int64_t)b * 1024;
        _tile_loadd(4, a, 64);
        if constexpr (R == 1) {
            _tile_loadd(5, w[0] + at, 64);
            _tile_dpbf16ps(0, 4, 5);
            if constexpr (P > 1) {
                _tile_loadd(6, w[1] + at, 64);
                _tile_dpbf16ps(1, 4, 6);
            }
            if constexpr (P > 2) {
                _tile_loadd(7, w[2] + at, 64);
                _tile_dpbf16ps(2, 4, 7);
            }
            if constexpr (P > 3) {
                _tile_loadd(5, w[3] + at, 64);
                _tile_dpbf16ps(3, 4, 5);
            }
        } else {
            _tile_loadd(6, w[0] + at, 64);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(5, a + block_stride, 64);
            if constexpr (P == 1) {
                _tile_dpbf16ps(1, 5, 6);
            } else {
                _tile_dpbf16ps(2, 5, 6);
                _tile_loadd(7, w[1] + at, 64);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(3, 5, 7);
            }
        }
    }
}

template <int R, int P>
inline void store_tiles(float* out, int64_t panel_stride, int64_t block_stride) {
    _tile_stored(0, out, 64);
    if constexpr (P > 1) _tile_stored(1, out + panel_stride, 64);
    if constexpr (R == 1 && P > 2) _tile_stored(2, out + 2 * panel_stride, 64);
    if constexpr (R == 1 && P > 3) _tile_stored(3, out + 3 * panel_stride, 64);
    if constexpr (R == 2 && P == 1) _tile_stored(1, out + block_stride, 64);
    if constexpr (R == 2 && P > 1) {
        _tile_stored(2, out + block_stride, 64);
        _tile_stored(3, out + panel_stride + block_stride, 64);
    }
}

template <int R, int P>
inline void pairs_in_tiles(const Panels& w, int fold, const Activations& a, int first, float* out) {
    constexpr int64_t PANEL_STRIDE = TILE_ROWS * PANEL, BLOCK_STRIDE = BLOCK * PANEL;
    const uint16_t* x = a.bf16 + a.brick_at(first, 0) * BRICK;
    const int64_t stride = (int64_t)a.bricks * BLOCK * BRICK;
    if (!fold) {
        tile_sums<R, P>(w.codes, x, stride, w.bricks);
        store_tiles<R, P>(out, PANEL_STRIDE, BLOCK_STRIDE);
        if (w.format == OK2_INT8_A16)
            for (int p = 0; p < P; p++)
                for (int m = 0; m < R * BLOCK; m++) {
                    float* at = out + p * PANEL_STRIDE + m * PANEL;
                    store(at, load(at) * scale_at(w.format, w.scales[p], 0, 0));
                }
        return;
    }
    alignas(64) float part[R * P * BLOCK * PANEL];
    for (int p = 0; p < P; p++)
        for (int m = 0; m < R * BLOCK; m++) store(out + p * PANEL_STRIDE + m * PANEL, spread(0.0f));
    for (int b = 0; b < w.bricks; b += fold) {
        const uint8_t* codes[P];
        for (int p = 0; p < P; p++) codes[p] = w.codes[p] + (int64_t)b * 1024;
        const int some = w.bricks - b < fold ? w.bricks - b : fold;
        tile_sums<R, P>(codes, x + (int64_t)b * BLOCK * BRICK, stride, some);
        store_tiles<R, P>(part, R * BLOCK_STRIDE, BLOCK_STRIDE);
        for (int p = 0; p < P; p++) {
            const F scale = scale_at(w.format, w.scales[p], b, 0);
            for (int m = 0; m < R * BLOCK; m++) {
                float* at = out + p * PANEL_STRIDE + m * PANEL;
                store(at, fma(load(part + (p * R * BLOCK + m) * PANEL), scale, load(at)));
            }
        }
    }
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
inline void fours_in_tiles(const uint8_t* codes, int format, const void* scales, const Activations& a, int first, float* out) {
    alignas(64) int32_t part[4][BLOCK * PANEL];
    F total[BLOCK];
    for (int m = 0; m < BLOCK; m++) total[m] = spread(0.0f);
    const int64_t cell = a.brick_at(first, 0);
    const int8_t* x = a.int8 + cell * BRICK;
    const bool scaled = format == OK2_INT4;
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
    for (int b = 0; b < 3 && b < bricks; b++) sums(b, b);
    for (int b = 0; b < bricks; b++) {
        if (b + 3 < bricks) sums(b + 3, (b + 3) % 4);
        const float* row_scales = a.scales + cell + (int64_t)b * BLOCK;
        const F scale = scaled ? scale_at(format, scales, b, 0) : spread(1.0f);
        for (int m = 0; m < BLOCK; m++) {
            const F both = spread(row_scales[m]);
            total[m] = fma(to_float(load_int(part[b % 4] + m * PANEL)), scaled ? scale * both : both, total[m]);
        }
    }
    for (int m = 0; m < BLOCK; m++)
        store(out + m * PANEL, scaled ? total[m] : total[m] * scale_at(format, scales, 0, 0));
}

#else

inline void forget_tiles() {}
inline void release_tiles() {}

#endif

// `count` panels of a weight made ready for the products of `rows` rows, unpacked into a thread's scratch where tiles
// want it.
struct Ready {
    Panels panels;
    bool tiles = false;
};

inline Ready ready(const ok2_matrix& m, int first, int count, int rows, uint8_t* scratch) {
    Ready r;
    r.panels = panels_at(m, first, count);
#if defined(__AMX_TILE__)
    Panels& w = r.panels;
    r.tiles = m.format != OK2_F32 && (!made_of_fours(m.format) || rows > ROWS_IN_REGISTERS);
    if (!r.tiles) return r;
    for (int p = 0; p < count; p++) {
        uint8_t* to = scratch + (int64_t)p * w.bricks * 1024;
        switch (m.format) {
            case OK2_FP8: unpack_pairs<Fp8Pairs>(w.codes[p], w.bricks, to); break;
            case OK2_INT8_A16: unpack_pairs<Int8Pairs>(w.codes[p], w.bricks, to); break;
            case OK2_INT4_A16: unpack_pairs<Int4Pairs>(w.codes[p], w.bricks, to); break;
            case OK2_INT4: unpack_nibbles(w.codes[p], w.bricks, to); break;
            default: continue;
        }
        w.codes[p] = to;
    }
#else
    (void)rows, (void)scratch;
#endif
    return r;
}

// out[panel][row - first][16] of `rows` <= TILE_ROWS rows from `first`, a multiple of 16. With tiles whole blocks of 16
// rows are written.
inline void product(const Ready& r, const Activations& a, int first, int rows, float* out) {
#if defined(__AMX_TILE__)
    const Panels& w = r.panels;
    if (r.tiles && made_of_fours(w.format)) {
        use_tiles(TILES_FOURS);
        for (int p = 0; p < w.count; p++)
            for (int m = 0; m < rows; m += BLOCK)
                fours_in_tiles(w.codes[p], w.format, w.scales[p], a, first + m, out + (p * TILE_ROWS + m) * PANEL);
        return;
    }
    if (r.tiles) {
        use_tiles(TILES_PAIRS);
        const int fold = w.format == OK2_FP8 ? 4 : w.format == OK2_INT4_A16 ? 1 : 0;
        const auto some = [&](int from) {
            Panels part = w;
            for (int i = 0; from + i < w.count; i++) part.codes[i] = w.codes[from + i], part.scales[i] = w.scales[from + i];
            return part;
        };
        int p = 0;
        if (rows > BLOCK) {
            for (; p + 2 <= w.count; p += 2) pairs_in_tiles<2, 2>(some(p), fold, a, first, out + p * TILE_ROWS * PANEL);
            for (; p < w.count; p++) pairs_in_tiles<2, 1>(some(p), fold, a, first, out + p * TILE_ROWS * PANEL);
        } else {
            for (; p + 4 <= w.count; p += 4) pairs_in_tiles<1, 4>(some(p), fold, a, first, out + p * TILE_ROWS * PANEL);
            for (; p + 2 <= w.count; p += 2) pairs_in_tiles<1, 2>(some(p), fold, a, first, out + p * TILE_ROWS * PANEL);
            for (; p < w.count; p++) pairs_in_tiles<1, 1>(some(p), fold, a, first, out + p * TILE_ROWS * PANEL);
        }
        return;
    }
#endif
    product_in_registers(r.panels, a, first, rows, out);
}

}  // namespace
