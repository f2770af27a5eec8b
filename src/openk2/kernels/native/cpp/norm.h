// What is done to single rows between the products: RMSNorm and rotary positions.
#pragma once
#include "vector.h"

namespace {

// out = x / sqrt(mean(x^2) + eps) * weight
inline void rms_norm(const float* x, const float* weight, int width, float eps, float* out) {
    F squares = spread(0.0f);
    int i = 0;
    for (; i + LANES <= width; i += LANES) squares = fma(load(x + i), load(x + i), squares);
    float total = sum(squares);
    for (; i < width; i++) total += x[i] * x[i];
    const float factor = 1.0f / sqrtf(total / width + eps);
    for (i = 0; i + LANES <= width; i += LANES) store(out + i, load(x + i) * spread(factor) * load(weight + i));
    for (; i < width; i++) out[i] = x[i] * factor * weight[i];
}

// Turn the interleaved pairs of x[width] by the angles of a position, then multiply by `scale`.
inline void rotate(const float* x, const float* cosines, const float* sines, int width, float scale, float* out) {
    for (int i = 0; i < width / 2; i++) {
        const float even = x[2 * i], odd = x[2 * i + 1];
        out[2 * i] = (even * cosines[i] - odd * sines[i]) * scale;
        out[2 * i + 1] = (odd * cosines[i] + even * sines[i]) * scale;
    }
}

}  // namespace
