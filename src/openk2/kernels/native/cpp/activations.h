// Activations as products want them: blocks of 16 rows, brick after brick of 32 inputs, in the forms that the weights
// they meet ask for.
//
//   f32    [block][brick][16 rows][32]
//   bf16   the same
//   int8   the same, with one scale and one sum of codes for each row of a brick
#pragma once
#include "bricks.h"

namespace {

constexpr int BLOCK = 16;  // rows

enum Form { FORM_F32 = 1, FORM_BF16 = 2, FORM_INT8 = 4 };

inline int form_of(int format) {
    switch (format) {
        case OK2_F32: return FORM_F32;
        case OK2_INT8: case OK2_INT4: return FORM_INT8;
        default: return FORM_BF16;
    }
}

struct Activations {
    int bricks = 0;
    int forms = 0;
    float* f32 = nullptr;
    uint16_t* bf16 = nullptr;
    int8_t* int8 = nullptr;
    float* scales = nullptr;
    int32_t* sums = nullptr;

    // The same from a row on, a multiple of 16.
    Activations from(int row) const {
        Activations a = *this;
        const int64_t cells = brick_at(row, 0);
        if (f32) a.f32 += cells * BRICK;
        if (bf16) a.bf16 += cells * BRICK;
        if (int8) a.int8 += cells * BRICK, a.scales += cells, a.sums += cells;
        return a;
    }
    int64_t brick_at(int row, int brick) const { return ((int64_t)(row / BLOCK) * bricks + brick) * BLOCK + row % BLOCK; }
};

inline int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

inline int64_t activation_bytes(int64_t rows, int inputs, int forms) {
    const int64_t cells = (rows + BLOCK - 1) / BLOCK * ceil_div(inputs, BRICK) * BLOCK;
    int64_t bytes = 0;
    if (forms & FORM_F32) bytes += cells * BRICK * 4;
    if (forms & FORM_BF16) bytes += cells * BRICK * 2;
    if (forms & FORM_INT8) bytes += cells * BRICK + 2 * whole_lines(cells * 4);
    return bytes;
}

// Lay out activations of `rows` x `inputs` in memory of activation_bytes bytes, 64-byte aligned.
inline Activations lay_out(void* memory, int64_t rows, int inputs, int forms) {
    Activations a;
    a.bricks = ceil_div(inputs, BRICK);
    a.forms = forms;
    const int64_t cells = (rows + BLOCK - 1) / BLOCK * a.bricks * BLOCK;
    uint8_t* at = (uint8_t*)memory;
    if (forms & FORM_F32) a.f32 = (float*)at, at += cells * BRICK * 4;
    if (forms & FORM_BF16) a.bf16 = (uint16_t*)at, at += cells * BRICK * 2;
    if (forms & FORM_INT8) {
        a.int8 = (int8_t*)at, at += cells * BRICK;
        a.scales = (float*)at, at += whole_lines(cells * 4);
        a.sums = (int32_t*)at;
    }
    return a;
}

// 32 values of one row into one brick, in every form. int8: the largest magnitude lands on 127.
inline void write_brick(const Activations& a, int row, int brick, const float* x) {
    const int64_t cell = a.brick_at(row, brick);
    if (a.forms & FORM_F32) memcpy(a.f32 + cell * BRICK, x, BRICK * 4);
    if (a.forms & FORM_BF16) {
        uint16_t* to = a.bf16 + cell * BRICK;
#if defined(__AVX512BF16__)
        for (int i = 0; i < BRICK; i += 16) {
            __m256bh half = _mm512_cvtneps_pbh(load(x + i));
            _mm256_storeu_si256((__m256i*)(to + i), (__m256i)half);
        }
#else
        for (int i = 0; i < BRICK; i++) to[i] = to_bf16(x[i]);
#endif
    }
    if (a.forms & FORM_INT8) {
        F most = spread(0.0f);
        for (int i = 0; i < BRICK; i += LANES) {
            const F v = load(x + i);
            most = larger(most, larger(v, spread(0.0f) - v));
        }
        const float largest = greatest(most), inverse = largest > 1e-30f ? 127.0f / largest : 0.0f;
        int32_t total = 0;
        for (int i = 0; i < BRICK; i += LANES)
            total += write_bytes(to_int(load(x + i) * spread(inverse)), a.int8 + cell * BRICK + i);
        a.scales[cell] = largest / 127.0f;
        a.sums[cell] = total;
    }
}

// A whole row of `inputs` values; what is missing to whole bricks is zero.
inline void write_row(const Activations& a, int row, const float* x, int inputs) {
    const int whole = inputs / BRICK;
    for (int b = 0; b < whole; b++) write_brick(a, row, b, x + b * BRICK);
    if (whole < a.bricks) {
        float rest[BRICK] = {0};
        memcpy(rest, x + whole * BRICK, (inputs - whole * BRICK) * 4);
        write_brick(a, row, whole, rest);
    }
}

// Copy a row from other activations with the same bricks and at least these forms.
inline void copy_row(const Activations& to, int row, const Activations& from, int from_row) {
    for (int b = 0; b < to.bricks; b++) {
        const int64_t t = to.brick_at(row, b), f = from.brick_at(from_row, b);
        if (to.forms & FORM_F32) memcpy(to.f32 + t * BRICK, from.f32 + f * BRICK, BRICK * 4);
        if (to.forms & FORM_BF16) memcpy(to.bf16 + t * BRICK, from.bf16 + f * BRICK, BRICK * 2);
        if (to.forms & FORM_INT8) {
            memcpy(to.int8 + t * BRICK, from.int8 + f * BRICK, BRICK);
            to.scales[t] = from.scales[f];
            to.sums[t] = from.sums[f];
        }
    }
}

}  // namespace
