// A vector of LANES floats of the level being compiled, and the arithmetic the kernels are written in.
//
// `fma` is always one rounding: results do not depend on how a compiler joins operations.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fetch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Before a loop over registers, few and known in number: sums in an array are registers only once it is unrolled.
#if defined(__clang__)
#define UNROLLED _Pragma("unroll")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#endif

namespace {

#if defined(__AVX512F__)

constexpr int LANES = 16;
using F = __m512;
using I = __m512i;
inline F load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, F x) { _mm512_storeu_ps(p, x); }
inline F spread(float x) { return _mm512_set1_ps(x); }
inline F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
inline F larger(F a, F b) { return _mm512_max_ps(a, b); }
inline F smaller(F a, F b) { return _mm512_min_ps(a, b); }
inline F nearest(F x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline F square_root(F x) { return _mm512_sqrt_ps(x); }
inline I to_int(F x) { return _mm512_cvtps_epi32(x); }
inline F to_float(I x) { return _mm512_cvtepi32_ps(x); }
inline F as_float(I x) { return _mm512_castsi512_ps(x); }
inline I as_int(F x) { return _mm512_castps_si512(x); }
inline I load_int(const void* p) { return _mm512_loadu_si512(p); }
inline I spread_int(int32_t x) { return _mm512_set1_epi32(x); }
inline I add_int(I a, I b) { return _mm512_add_epi32(a, b); }
inline I and_int(I a, I b) { return _mm512_and_si512(a, b); }
inline I or_int(I a, I b) { return _mm512_or_si512(a, b); }
template <int n> inline I left(I x) { return _mm512_slli_epi32(x, n); }
template <int n> inline I right(I x) { return _mm512_srli_epi32(x, n); }
template <int n> inline I right_signed(I x) { return _mm512_srai_epi32(x, n); }
// x where a < b, else y.
inline F where_less(F a, F b, F x, F y) { return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x); }
inline I load_u16(const void* p) { return _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)); }

#elif defined(__AVX2__)

constexpr int LANES = 8;
using F = __m256;
using I = __m256i;
inline F load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, F x) { _mm256_storeu_ps(p, x); }
inline F spread(float x) { return _mm256_set1_ps(x); }
inline F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
inline F larger(F a, F b) { return _mm256_max_ps(a, b); }
inline F smaller(F a, F b) { return _mm256_min_ps(a, b); }
inline F nearest(F x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline F square_root(F x) { return _mm256_sqrt_ps(x); }
inline I to_int(F x) { return _mm256_cvtps_epi32(x); }
inline F to_float(I x) { return _mm256_cvtepi32_ps(x); }
inline F as_float(I x) { return _mm256_castsi256_ps(x); }
inline I as_int(F x) { return _mm256_castps_si256(x); }
inline I load_int(const void* p) { return _mm256_loadu_si256((const __m256i*)p); }
inline I spread_int(int32_t x) { return _mm256_set1_epi32(x); }
inline I add_int(I a, I b) { return _mm256_add_epi32(a, b); }
inline I and_int(I a, I b) { return _mm256_and_si256(a, b); }
inline I or_int(I a, I b) { return _mm256_or_si256(a, b); }
template <int n> inline I left(I x) { return _mm256_slli_epi32(x, n); }
template <int n> inline I right(I x) { return _mm256_srli_epi32(x, n); }
template <int n> inline I right_signed(I x) { return _mm256_srai_epi32(x, n); }
inline F where_less(F a, F b, F x, F y) { return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
inline I load_u16(const void* p) { return _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p)); }

#elif defined(__aarch64__)

constexpr int LANES = 4;
using F = float32x4_t;
using I = int32x4_t;
inline F load(const float* p) { return vld1q_f32(p); }
inline void store(float* p, F x) { vst1q_f32(p, x); }
inline F spread(float x) { return vdupq_n_f32(x); }
inline F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
inline F larger(F a, F b) { return vmaxq_f32(a, b); }
inline F smaller(F a, F b) { return vminq_f32(a, b); }
inline F nearest(F x) { return vrndnq_f32(x); }
inline F square_root(F x) { return vsqrtq_f32(x); }
inline I to_int(F x) { return vcvtnq_s32_f32(x); }
inline F to_float(I x) { return vcvtq_f32_s32(x); }
inline F as_float(I x) { return vreinterpretq_f32_s32(x); }
inline I as_int(F x) { return vreinterpretq_s32_f32(x); }
inline I load_int(const void* p) { return vld1q_s32((const int32_t*)p); }
inline I spread_int(int32_t x) { return vdupq_n_s32(x); }
inline I add_int(I a, I b) { return vaddq_s32(a, b); }
inline I and_int(I a, I b) { return vandq_s32(a, b); }
inline I or_int(I a, I b) { return vorrq_s32(a, b); }
template <int n> inline I left(I x) { return vshlq_n_s32(x, n); }
template <int n> inline I right_signed(I x) { return vshrq_n_s32(x, n); }
template <int n> inline I right(I x) { return vreinterpretq_s32_u32(vshrq_n_u32(vreinterpretq_u32_s32(x), n)); }
inline F where_less(F a, F b, F x, F y) { return vbslq_f32(vcltq_f32(a, b), x, y); }
inline I load_u16(const void* p) { return vreinterpretq_s32_u32(vmovl_u16(vld1_u16((const uint16_t*)p))); }

#endif

constexpr int VECTORS = 16 / LANES;  // that make the 16 outputs of a panel

inline F load_bf16(const uint16_t* p) { return as_float(left<16>(load_u16(p))); }

// Sum of the lanes, by halves: the same order whatever is summed.
inline float sum(F x) {
    float lanes[LANES];
    store(lanes, x);
    for (int width = LANES / 2; width; width /= 2)
        for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
    return lanes[0];
}

// The largest of the lanes.
inline float greatest(F x) {
#if defined(__AVX512F__)
    return _mm512_reduce_max_ps(x);
#else
    float lanes[LANES], most;
    store(lanes, x);
    most = lanes[0];
    for (int i = 1; i < LANES; i++) most = lanes[i] > most ? lanes[i] : most;
    return most;
#endif
}

// Writes the lanes as bytes, which they fit, and returns their sum.
inline int32_t write_bytes(I x, int8_t* to) {
#if defined(__AVX512F__)
    _mm_storeu_si128((__m128i*)to, _mm512_cvtepi32_epi8(x));
    return _mm512_reduce_add_epi32(x);
#else
    int32_t lanes[LANES], total = 0;
    memcpy(lanes, &x, sizeof lanes);
    for (int i = 0; i < LANES; i++) to[i] = (int8_t)lanes[i], total += lanes[i];
    return total;
#endif
}

// e^x within 2 units in the last place; exactly 1 at 0 and 0 below -87.
inline F exponential(F x) {
    const F least = spread(-87.0f);
    F bounded = smaller(larger(x, least), spread(88.0f));
    F n = nearest(bounded * spread(1.44269504f));
    F r = fma(n, spread(-0.693359375f), bounded);
    r = fma(n, spread(2.12194440e-4f), r);
    F p = spread(1.9875691500e-4f);
    p = fma(p, r, spread(1.3981999507e-3f));
    p = fma(p, r, spread(8.3334519073e-3f));
    p = fma(p, r, spread(4.1665795894e-2f));
    p = fma(p, r, spread(1.6666665459e-1f));
    p = fma(p, r, spread(5.0000001201e-1f));
    p = fma(p, r * r, r) + spread(1.0f);
    F scaled = as_float(add_int(as_int(p), left<23>(to_int(n))));
    return where_less(x, least, spread(0.0f), scaled);
}

inline F sigmoid(F x) { return spread(1.0f) / (spread(1.0f) + exponential(spread(0.0f) - x)); }
inline F silu(F x) { return x * sigmoid(x); }

// Round to nearest even, as torch does.
inline uint16_t to_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)((bits >> 16) | 64);
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
inline float from_bf16(uint16_t x) {
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

inline int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace
