// Products of activation rows with panels of a weight, in registers: M rows x P panels at a time.
//
// Every output is one chain of sums over its inputs in their order, whatever M and P are: a row's result has the same
// bits in any company. Integer sums are exact, so products with int8 activations are the same on every level.
#pragma once
#include <type_traits>

#include "activations.h"
#include "following.h"

namespace {

constexpr int MOST_PANELS = 4;
constexpr int TILE_ROWS = 128;  // most rows of one product

// Up to MOST_PANELS neighbouring panels of one weight; `codes` are bricks of `format`, or unpacked ones (product_amx.h).
struct Panels {
    int format = 0, count = 0, bricks = 0;
    const uint8_t* codes[MOST_PANELS] = {};
    const void* scales[MOST_PANELS] = {};
    Coming next;
    Following* following = nullptr;   // fetches what comes next instead, where it is not null
    const uint8_t* wanted = nullptr;  // lines of what comes next: those fetched beside a brick, one brick's after the other
    int lines = 0;                    // beside each brick
};

inline Panels panels_at(const ok2_matrix& m, int first, int count) {
    Panels w;
    w.format = m.format, w.count = count, w.bricks = bricks_of(m);
    const int64_t bytes = panel_bytes(m);
    for (int p = 0; p < count; p++) {
        w.codes[p] = (const uint8_t*)m.codes + (first + p) * bytes;
        const int64_t panel = first + p;
        switch (m.format) {
            case OK2_FP8: w.scales[p] = (const float*)m.scales + panel * ceil_div(m.inputs, 128); break;
            case OK2_INT8: case OK2_INT8_A16: w.scales[p] = (const float*)m.scales + panel * PANEL; break;
            case OK2_INT4: case OK2_INT4_A16:
                w.scales[p] = (const uint16_t*)m.scales + panel * w.bricks * PANEL;
                break;
            default: break;
        }
    }
    return w;
}

// --- bfloat16 pairs: two inputs of each output, and the same two of a row for all outputs.

#if defined(__AVX512BF16__)
using Pair = __m512i;
inline Pair pair(F even, F odd) {  // both exact in bfloat16
    return or_int(right<16>(as_int(even)), and_int(as_int(odd), spread_int((int)0xffff0000)));
}
inline Pair load_pair(const void* p) { return load_int(p); }
inline Pair spread_pair(const uint16_t* p) {
    int32_t both;
    memcpy(&both, p, 4);
    return spread_int(both);
}
inline F dot_pair(F total, Pair w, Pair a) { return _mm512_dpbf16_ps(total, (__m512bh)w, (__m512bh)a); }
#else
struct Pair {
    F even, odd;
};
inline Pair pair(F even, F odd) { return {even, odd}; }
inline Pair split_pair(I both) { return {as_float(left<16>(both)), as_float(and_int(both, spread_int((int)0xffff0000)))}; }
inline Pair load_pair(const void* p) { return split_pair(load_int(p)); }
inline Pair spread_pair(const uint16_t* p) {
    int32_t both;
    memcpy(&both, p, 4);
    return split_pair(spread_int(both));
}
inline F dot_pair(F total, Pair w, Pair a) { return fma(a.odd, w.odd, fma(a.even, w.even, total)); }
#endif

// E4M3 bytes of two inputs for each output.
#if defined(__AVX512BF16__)
inline Pair load_fp8(const uint8_t* p) {
    const __m512i x = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i*)p));
    // 0, 1/512, ... 7/512: the numbers without leading one
    const __m512i least = _mm512_broadcast_i32x4(
        _mm_setr_epi16(0, 0x3b00, 0x3b80, 0x3bc0, 0x3c00, 0x3c20, 0x3c40, 0x3c60));
    const __m512i magnitude = _mm512_and_si512(x, _mm512_set1_epi16(0x7f));
    __m512i value = _mm512_add_epi16(_mm512_slli_epi16(magnitude, 4), _mm512_set1_epi16(0x3c00));
    const __mmask32 small = _mm512_cmplt_epi16_mask(magnitude, _mm512_set1_epi16(8));
    value = _mm512_mask_permutexvar_epi16(value, small, magnitude, least);
    return _mm512_or_si512(value, _mm512_slli_epi16(_mm512_and_si512(x, _mm512_set1_epi16(0x80)), 8));
}
#else
inline F fp8_value(I magnitude_bits, I sign_bits) {  // magnitude at bit 20, sign at bit 31
    const F scaled = as_float(magnitude_bits) * spread(0x1p120f);
    return as_float(or_int(as_int(scaled), sign_bits));
}
inline Pair load_fp8(const uint8_t* p) {
    const I x = load_u16(p);
    return {fp8_value(left<20>(and_int(x, spread_int(0x7f))), left<24>(and_int(x, spread_int(0x80)))),
            fp8_value(left<12>(and_int(x, spread_int(0x7f00))), left<16>(and_int(x, spread_int(0x8000))))};
}
#endif

// The weights whose products are made of bfloat16 pairs: one pair of 16 steps, v of VECTORS; FOLD bricks share a scale
// (0: all do, or there is none).
struct PlainPairs {
    static constexpr int FORMAT = OK2_BF16, FOLD = 0, BYTES = 1024;
    static Pair at(const uint8_t* brick, int step, int v) { return load_pair(brick + step * 64 + v * LANES * 4); }
};
struct Fp8Pairs {
    static constexpr int FORMAT = OK2_FP8, FOLD = 4, BYTES = 512;
    static Pair at(const uint8_t* brick, int step, int v) { return load_fp8(brick + step * 32 + v * LANES * 2); }
};
struct Int8Pairs {
    static constexpr int FORMAT = OK2_INT8_A16, FOLD = 0, BYTES = 512;
    static Pair at(const uint8_t* brick, int step, int v) {
        const I four = load_int(brick + step / 2 * 64 + v * LANES * 4);
        if (step % 2) return pair(to_float(right_signed<24>(left<8>(four))), to_float(right_signed<24>(four)));
        return pair(to_float(right_signed<24>(left<24>(four))), to_float(right_signed<24>(left<16>(four))));
    }
};
struct Int4Pairs {
    static constexpr int FORMAT = OK2_INT4_A16, FOLD = 1, BYTES = 256;
    static Pair at(const uint8_t* brick, int step, int v) {
        I four = load_int(brick + step / 2 % 4 * 64 + v * LANES * 4);
#if defined(__AVX512BF16__)
        // the bytes of a pair into words, whose low nibbles choose from the 16 numbers in bfloat16
        const __m512i first = _mm512_set4_epi32((int)0x800d800c, (int)0x80098008, (int)0x80058004, (int)0x80018000);
        const __m512i second = _mm512_set4_epi32((int)0x800f800e, (int)0x800b800a, (int)0x80078006, (int)0x80038002);
        const __m512i numbers = _mm512_set4_epi32(0x40e040c0, 0x40a04080, 0x40404000, 0x3f800000);
        const __m512i below = _mm512_set4_epi32((int)0xbf80c000, (int)0xc040c080, (int)0xc0a0c0c0, (int)0xc0e0c100);
        const __m512i table = _mm512_permutex2var_epi64(below, _mm512_setr_epi64(0, 1, 8, 9, 0, 1, 8, 9), numbers);
        four = _mm512_shuffle_epi8(four, step % 2 ? second : first);
        return _mm512_permutexvar_epi16(step >= 8 ? _mm512_srli_epi16(four, 4) : four, table);
#else
        if (step >= 8) four = right<4>(four);
        if (step % 2) four = right<16>(four);
        const F eight = spread(8.0f);
        return pair(to_float(and_int(four, spread_int(15))) - eight,
                    to_float(and_int(right<8>(four), spread_int(15))) - eight);
#endif
    }
};

// Fetch what a thread will read a little later, beside one brick: what lies behind it, and where panels end what comes after
// them. Two panels together are gone through again and again for many rows: what comes after them is fetched a little each time.
constexpr int64_t AHEAD = 4096;  // bytes of codes

template <class W, int P>
inline void fetch_ahead(const Panels& w, int p, int brick) {
    if (P > 1) {
        for (int i = 0; i < w.lines && p == 0; i++) fetch_nearby(w.wanted + ((int64_t)brick * w.lines + i) * 64);
        return;
    }
    if (w.following) return w.following->pass(1);
    constexpr int FAR = AHEAD / W::BYTES;
    const int over = brick + FAR - (w.count - p) * w.bricks;  // bricks beyond these panels
    const bool after = over >= 0 && w.next.codes;
    const uint8_t* line = after ? w.next.codes + (int64_t)over * W::BYTES : w.codes[p] + (int64_t)(brick + FAR) * W::BYTES;
    for (int i = 0; i < W::BYTES; i += 64) fetch_nearby(line + i);
    const bool nibbles = W::FORMAT == OK2_INT4 || W::FORMAT == OK2_INT4_A16;
    if (!nibbles || brick % 2) return;
    fetch_nearby(after ? w.next.scales + (int64_t)over * PANEL * 2 : (const uint8_t*)w.scales[p] + (int64_t)(brick + FAR) * PANEL * 2);
}

// The scale of a brick's outputs; v of VECTORS.
__attribute__((always_inline)) inline F scale_at(int format, const void* scales, int brick, int v) {
    switch (format) {
        case OK2_FP8: return spread(((const float*)scales)[brick / 4]);
        case OK2_INT8: case OK2_INT8_A16: return load((const float*)scales + v * LANES);
        default: return load_bf16((const uint16_t*)scales + brick * PANEL + v * LANES);
    }
}

// out[panel][row][16] of M rows by P panels from number p on.
template <class W, int M, int P>
inline void pairs_kernel(const Panels& w, int p, const Activations& a, int row, float* out) {
    constexpr int N = P * VECTORS;
    F total[M][N], part[M][N];
    UNROLLED for (int m = 0; m < M; m++)
        UNROLLED for (int n = 0; n < N; n++) total[m][n] = part[m][n] = spread(0.0f);
    const uint16_t* x = a.bf16 + a.brick_at(row, 0) * BRICK;
    for (int b = 0; b < w.bricks; b++, x += BLOCK * BRICK) {
        fetch_ahead<W, P>(w, p, b);
        for (int step = 0; step < 16; step++) {
            Pair weights[N];
            UNROLLED for (int n = 0; n < N; n++) weights[n] = W::at(w.codes[p + n / VECTORS] + (int64_t)b * W::BYTES, step, n % VECTORS);
            UNROLLED for (int m = 0; m < M; m++) {
                const Pair both = spread_pair(x + m * BRICK + step * 2);
                UNROLLED for (int n = 0; n < N; n++) part[m][n] = dot_pair(part[m][n], weights[n], both);
            }
        }
        if (W::FOLD && (b % W::FOLD == W::FOLD - 1 || b == w.bricks - 1)) {
            UNROLLED for (int n = 0; n < N; n++) {
                const F scale = scale_at(W::FORMAT, w.scales[p + n / VECTORS], b, n % VECTORS);
                UNROLLED for (int m = 0; m < M; m++) {
                    total[m][n] = fma(part[m][n], scale, total[m][n]);
                    part[m][n] = spread(0.0f);
                }
            }
        }
    }
    UNROLLED for (int n = 0; n < N; n++)
        UNROLLED for (int m = 0; m < M; m++) {
            F value = W::FOLD ? total[m][n] : part[m][n];
            if (W::FORMAT == OK2_INT8_A16) value = value * scale_at(W::FORMAT, w.scales[p + n / VECTORS], 0, n % VECTORS);
            store(out + ((n / VECTORS) * TILE_ROWS + m) * PANEL + n % VECTORS * LANES, value);
        }
}

template <int M, int P>
inline void floats_kernel(const Panels& w, int p, const Activations& a, int row, float* out) {
    constexpr int N = P * VECTORS;
    F total[M][N];
    UNROLLED for (int m = 0; m < M; m++)
        UNROLLED for (int n = 0; n < N; n++) total[m][n] = spread(0.0f);
    const float* x = a.f32 + a.brick_at(row, 0) * BRICK;
    for (int b = 0; b < w.bricks; b++, x += BLOCK * BRICK) {
        for (int k = 0; k < BRICK; k++) {
            F weights[N];
            UNROLLED for (int n = 0; n < N; n++)
                weights[n] = load((const float*)w.codes[p + n / VECTORS] + ((int64_t)b * BRICK + k) * PANEL + n % VECTORS * LANES);
            UNROLLED for (int m = 0; m < M; m++) {
                const F one = spread(x[m * BRICK + k]);
                UNROLLED for (int n = 0; n < N; n++) total[m][n] = fma(one, weights[n], total[m][n]);
            }
        }
    }
    UNROLLED for (int n = 0; n < N; n++)
        UNROLLED for (int m = 0; m < M; m++)
            store(out + ((n / VECTORS) * TILE_ROWS + m) * PANEL + n % VECTORS * LANES, total[m][n]);
}

// --- int8 fours: four inputs of each output, and the same four of a row for all outputs. Exact.

inline I spread_four(const int8_t* p) {
    int32_t four;
    memcpy(&four, p, 4);
    return spread_int(four);
}

#if defined(__AVX512VNNI__)
constexpr int INT8_OFFSET = 128;  // dpbusd wants one side unsigned
inline I dot_int8(I total, I w, I a) {
    return _mm512_dpbusd_epi32(total, _mm512_xor_si512(w, _mm512_set1_epi8((char)0x80)), a);
}
inline I dot_nibbles(I total, I w, I a) { return _mm512_dpbusd_epi32(total, w, a); }
#elif defined(__AVX512F__)
constexpr int INT8_OFFSET = 0;
inline I dot_int8(I total, I w, I a) {
    const I even = _mm512_madd_epi16(_mm512_srai_epi16(_mm512_slli_epi16(w, 8), 8), _mm512_srai_epi16(_mm512_slli_epi16(a, 8), 8));
    const I odd = _mm512_madd_epi16(_mm512_srai_epi16(w, 8), _mm512_srai_epi16(a, 8));
    return add_int(total, add_int(even, odd));
}
inline I dot_nibbles(I total, I w, I a) {  // 15 * 127 * 2 fits int16
    return add_int(total, _mm512_madd_epi16(_mm512_maddubs_epi16(w, a), _mm512_set1_epi16(1)));
}
#elif defined(__AVX2__)
constexpr int INT8_OFFSET = 0;
inline I join_words(I x) { return _mm256_madd_epi16(x, _mm256_set1_epi16(1)); }
inline I dot_int8(I total, I w, I a) {  // 128 * 127 * 2 fits int16; activations are never -128
    return add_int(total, join_words(_mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(a, w))));
}
inline I dot_nibbles(I total, I w, I a) { return add_int(total, join_words(_mm256_maddubs_epi16(w, a))); }
#elif defined(__aarch64__)
constexpr int INT8_OFFSET = 0;
inline I dot_int8(I total, I w, I a) { return vdotq_s32(total, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(a)); }
inline I dot_nibbles(I total, I w, I a) { return dot_int8(total, w, a); }
#endif

// W::none() begins the sums of a brick, W::whole() ends them; one of both takes in the offset.
struct Int8Fours {
    static constexpr int FORMAT = OK2_INT8, BYTES = 512, OFFSET = INT8_OFFSET;
    static constexpr bool SCALED = false;  // brick by brick; else once at the end
    static I at(const uint8_t* brick, int step, int v) { return load_int(brick + step * 64 + v * LANES * 4); }
    static I none(int32_t offset) { return spread_int(offset); }
    static I dot(I total, I w, I a) { return dot_int8(total, w, a); }
    static I whole(I total, int32_t) { return total; }
};
struct Int4Fours {
    static constexpr int FORMAT = OK2_INT4, BYTES = 256, OFFSET = 8;
    static constexpr bool SCALED = true;
    static I at(const uint8_t* brick, int step, int v) {
        const I both = load_int(brick + step % 4 * 64 + v * LANES * 4);
        return and_int(step < 4 ? both : right<4>(both), spread_int(0x0f0f0f0f));
    }
    static I none(int32_t offset) { return spread_int(offset); }
    static I dot(I total, I w, I a) { return dot_nibbles(total, w, a); }
    static I whole(I total, int32_t) { return total; }
};
// The same for several rows: sums are words until a brick is done, which 15 * 127 * 2 of 8 steps fit. A single row waits for
// memory, and was no faster that way.
#if defined(__AVX2__) && !defined(__AVX512F__)
struct Int4Words : Int4Fours {
    static I none(int32_t) { return spread_int(0); }
    static I dot(I total, I w, I a) { return _mm256_add_epi16(total, _mm256_maddubs_epi16(w, a)); }
    static I whole(I total, int32_t offset) { return add_int(join_words(total), spread_int(offset)); }
};
#else
using Int4Words = Int4Fours;
#endif

template <class W, int M, int P>
inline void fours_kernel(const Panels& w, int p, const Activations& a, int row, float* out) {
    constexpr int N = P * VECTORS;
    F total[M][N];
    UNROLLED for (int m = 0; m < M; m++)
        UNROLLED for (int n = 0; n < N; n++) total[m][n] = spread(0.0f);
    for (int b = 0; b < w.bricks; b++) {
        fetch_ahead<W, P>(w, p, b);
        const int64_t cell = a.brick_at(row, b);
        const int8_t* x = a.int8 + cell * BRICK;
        I part[M][N];
        UNROLLED for (int m = 0; m < M; m++)
            UNROLLED for (int n = 0; n < N; n++) part[m][n] = W::none(-W::OFFSET * a.sums[cell + m]);
        for (int step = 0; step < 8; step++) {
            I weights[N];
            UNROLLED for (int n = 0; n < N; n++) weights[n] = W::at(w.codes[p + n / VECTORS] + (int64_t)b * W::BYTES, step, n % VECTORS);
            UNROLLED for (int m = 0; m < M; m++) {
                const I four = spread_four(x + m * BRICK + step * 4);
                UNROLLED for (int n = 0; n < N; n++) part[m][n] = W::dot(part[m][n], weights[n], four);
            }
        }
        UNROLLED for (int n = 0; n < N; n++) {
            const F scale = W::SCALED ? scale_at(W::FORMAT, w.scales[p + n / VECTORS], b, n % VECTORS) : spread(1.0f);
            UNROLLED for (int m = 0; m < M; m++) {
                const F both = spread(a.scales[cell + m]);
                const I sum = W::whole(part[m][n], -W::OFFSET * a.sums[cell + m]);
                total[m][n] = fma(to_float(sum), W::SCALED ? scale * both : both, total[m][n]);
            }
        }
    }
    UNROLLED for (int n = 0; n < N; n++)
        UNROLLED for (int m = 0; m < M; m++) {
            F value = total[m][n];
            if (!W::SCALED) value = value * scale_at(W::FORMAT, w.scales[p + n / VECTORS], 0, n % VECTORS);
            store(out + ((n / VECTORS) * TILE_ROWS + m) * PANEL + n % VECTORS * LANES, value);
        }
}

// Rows whose sums fit the registers beside what is added to them; pairs want more room there.
#if defined(__AVX512F__)
constexpr int MOST_ROWS = 8, MOST_PAIR_ROWS = 8;
#elif defined(__AVX2__)
constexpr int MOST_ROWS = 6, MOST_PAIR_ROWS = 4;
#else
constexpr int MOST_ROWS = 4, MOST_PAIR_ROWS = 4;
#endif

template <int M, int P>
inline void kernel(const Panels& w, int p, const Activations& a, int row, float* out) {
    if (w.format == OK2_F32) return floats_kernel<M, P>(w, p, a, row, out);
    if constexpr (P == 1) {
        if (w.format == OK2_INT8) return fours_kernel<Int8Fours, M, P>(w, p, a, row, out);
        if (w.format == OK2_INT4) return fours_kernel<std::conditional_t<(M > 1), Int4Words, Int4Fours>, M, P>(w, p, a, row, out);
    }
#if !defined(__AMX_TILE__)
    if constexpr (M <= MOST_PAIR_ROWS) switch (w.format) {
            case OK2_BF16: return pairs_kernel<PlainPairs, M, P>(w, p, a, row, out);
            case OK2_FP8: return pairs_kernel<Fp8Pairs, M, P>(w, p, a, row, out);
            case OK2_INT8_A16: return pairs_kernel<Int8Pairs, M, P>(w, p, a, row, out);
            case OK2_INT4_A16: return pairs_kernel<Int4Pairs, M, P>(w, p, a, row, out);
        }
#endif
}

// M rows by all panels of w, one panel at a time, which is one stream from memory; two where they are gone through again
// and again: each value of the rows is loaded for both.
template <int M>
inline void kernels(const Panels& w, const Activations& a, int row, bool again, float* out) {
    int p = 0;
    if constexpr (VECTORS == 1)  // else there are not as many registers
        for (; p + 2 <= w.count && again && form_of(w.format) != FORM_INT8; p += 2)
            kernel<M, 2>(w, p, a, row, out + p * TILE_ROWS * PANEL);
    for (; p < w.count; p++) kernel<M, 1>(w, p, a, row, out + p * TILE_ROWS * PANEL);
}

// The same for `rows` <= 8.
inline void some_rows(int rows, const Panels& w, const Activations& a, int row, bool again, float* out) {
    switch (rows) {
        case 1: return kernels<1>(w, a, row, again, out);
        case 2: return kernels<2>(w, a, row, again, out);
        case 3: return kernels<3>(w, a, row, again, out);
        case 4: return kernels<4>(w, a, row, again, out);
#if !defined(__aarch64__)
        case 5: return kernels<5>(w, a, row, again, out);
        case 6: return kernels<6>(w, a, row, again, out);
#endif
#if defined(__AVX512F__)
        case 7: return kernels<7>(w, a, row, again, out);
        case 8: return kernels<8>(w, a, row, again, out);
#endif
    }
}

// Rows that go through registers at once.
inline int most_rows(int format) { return form_of(format) == FORM_BF16 ? MOST_PAIR_ROWS : MOST_ROWS; }

// out[panel][row - first][16] of `rows` <= TILE_ROWS rows from `first`, a multiple of 16: blocks in parts as even as can be.
inline void product_in_registers(const Panels& panels, const Activations& a, int first, int rows, float* out) {
    const int most = most_rows(panels.format), passes = ceil_div(rows, most);
    const int64_t lines = panels.next.codes ? panels.count * panels.bricks * brick_bytes(panels.format) / 64 : 0;
    Panels w = panels;
    w.lines = ceil_div((int)lines, passes * w.bricks);
    w.wanted = w.next.codes;
    for (int block = 0; block < rows; block += BLOCK) {
        const int left = rows - block, of_block = left < BLOCK ? left : BLOCK, parts = ceil_div(of_block, most);
        for (int part = 0; part < parts; part++) {
            const int begin = of_block * part / parts, end = of_block * (part + 1) / parts;
            some_rows(end - begin, w, a, first + block + begin, passes > 1, out + (block + begin) * PANEL);
            w.wanted += (int64_t)w.lines * w.bricks * 64;
        }
    }
}

}  // namespace
