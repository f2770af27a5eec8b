// Bricks: 16 outputs x 32 inputs of a weight, their bytes in the order in which products read them.
//
//   F32          [32 inputs][16 outputs] floats
//   BF16         [16 pairs of inputs][16 outputs][2]                     what dpbf16ps and AMX tiles take
//   FP8          the same, one byte each
//   INT8         [8 fours of inputs][16 outputs][4] bytes                what dpbusd and AMX tiles take
//   INT4         [4][16 outputs][4] bytes: the low nibbles are the fours 0-3, the high nibbles the fours 4-7
//
// Packing goes from the rows that checkpoints hold: F32 and BF16 plain, FP8 bytes with blocks of 128 x 128, INT8 with a
// scale per row, INT4 as nibbles along the inputs with a scale per row and 32 inputs.
#pragma once
#include "openk2.h"
#include "vector.h"

namespace {

constexpr int PANEL = 16, BRICK = 32;

inline int64_t brick_bytes(int format) {
    switch (format) {
        case OK2_F32: return 2048;
        case OK2_BF16: return 1024;
        case OK2_INT4: case OK2_INT4_A16: return 256;
        default: return 512;
    }
}
inline int panels_of(const ok2_matrix& m) { return ceil_div(m.outputs, PANEL); }
inline int bricks_of(const ok2_matrix& m) { return ceil_div(m.inputs, BRICK); }
inline int64_t panel_bytes(const ok2_matrix& m) { return bricks_of(m) * brick_bytes(m.format); }

// Where element (output n, input k) of a brick lies; for INT4 the byte, whose high nibble it is where k >= 16.
inline int place_pairs(int n, int k) { return (k / 2) * 32 + n * 2 + k % 2; }
inline int place_fours(int n, int k) { return (k / 4) * 64 + n * 4 + k % 4; }

// One panel, from the rows first_row ... of a weight whose rows are `stride` elements (INT4: bytes) apart.
inline void pack_panel(const ok2_matrix& m, int panel, const void* rows, int64_t stride, uint8_t* out) {
    const int bricks = bricks_of(m), first = panel * PANEL;
    const int count = m.outputs - first < PANEL ? m.outputs - first : PANEL;
    const int64_t size = brick_bytes(m.format);
    const bool nibbles = m.format == OK2_INT4 || m.format == OK2_INT4_A16;
    memset(out, nibbles ? 0x88 : 0, bricks * size);
    for (int n = 0; n < count; n++) {
        for (int b = 0; b < bricks; b++) {
            const int left = m.inputs - b * BRICK, width = left < BRICK ? left : BRICK;
            uint8_t* brick = out + b * size;
            const int64_t from = (first + n) * stride + b * BRICK;
            switch (m.format) {
                case OK2_F32:
                    for (int k = 0; k < width; k++) ((float*)brick)[k * 16 + n] = ((const float*)rows)[from + k];
                    break;
                case OK2_BF16:
                    for (int k = 0; k < width; k++)
                        ((uint16_t*)brick)[place_pairs(n, k)] = ((const uint16_t*)rows)[from + k];
                    break;
                case OK2_FP8:
                    for (int k = 0; k < width; k++) brick[place_pairs(n, k)] = ((const uint8_t*)rows)[from + k];
                    break;
                case OK2_INT8: case OK2_INT8_A16:
                    for (int k = 0; k < width; k++) brick[place_fours(n, k)] = ((const uint8_t*)rows)[from + k];
                    break;
                default: {
                    const uint8_t* row = (const uint8_t*)rows + (first + n) * stride + b * (BRICK / 2);
                    for (int k = 0; k < width; k++) {
                        const uint8_t code = (row[k / 2] >> (4 * (k % 2))) & 15;
                        uint8_t* byte = brick + place_fours(n, k % 16);
                        *byte = k < 16 ? (uint8_t)((*byte & 0xf0) | code) : (uint8_t)((*byte & 0x0f) | (code << 4));
                    }
                }
            }
        }
    }
}

}  // namespace
