// SPDX-License-Identifier: GPL-2.0-or-later
//
// Blocks of pixels and residuals: differences, sums, copies, squared errors; equal to x265's C
// versions.
#include <string.h>

#include "simd.h"

using namespace X265_NS;
using namespace simd;

namespace {

// Eight pixels (or the four of a narrow block) as 16-bit lanes.
template<int N> inline v128_t loadPixels(const pixel *p)
{
    return N == 4 ? wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)) : wasm_u16x8_load8x8(p);
}

template<int N> void residual(const pixel *source, const pixel *prediction, int16_t *out, intptr_t stride)
{
    for (int y = 0; y < N; y++, source += stride, prediction += stride, out += stride)
        for (int x = 0; x < N; x += 8) {
            const v128_t d = wasm_i16x8_sub(loadPixels<N>(source + x), loadPixels<N>(prediction + x));
            if (N == 4) wasm_v128_store64_lane(out, d, 0);
            else wasm_v128_store(out + x, d);
        }
}

template<int N>
void addResidual(pixel *out, intptr_t outStride, const pixel *prediction, const int16_t *residual,
    intptr_t predictionStride, intptr_t residualStride)
{
    for (int y = 0; y < N; y++, out += outStride, prediction += predictionStride, residual += residualStride)
        for (int x = 0; x < N; x += 8) {
            const v128_t r = N == 4 ? wasm_v128_load64_zero(residual) : wasm_v128_load(residual + x);
            const v128_t sum = wasm_i16x8_add_sat(loadPixels<N>(prediction + x), r);
            const v128_t bytes = wasm_u8x16_narrow_i16x8(sum, sum);
            if (N == 4) wasm_v128_store32_lane(out, bytes, 0);
            else wasm_v128_store64_lane(out + x, bytes, 0);
        }
}

template<int N> void copy(pixel *out, intptr_t outStride, const pixel *source, intptr_t stride)
{
    for (int y = 0; y < N; y++) memcpy(out + y * outStride, source + y * stride, N);
}

template<int N> sse_t squaredError(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    v128_t sum = wasm_i32x4_splat(0);
    for (int y = 0; y < N; y++, a += strideA, b += strideB)
        for (int x = 0; x < N; x += 8) {
            const v128_t d = wasm_i16x8_sub(loadPixels<N>(a + x), loadPixels<N>(b + x));
            sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(d, d));
        }
    return (sse_t)(uint32_t)sum32(sum);
}

template<int N> void install(EncoderPrimitives &p, int size)
{
    for (int alignment = 0; alignment < NUM_ALIGNMENT_TYPES; alignment++) {
        p.cu[size].calcresidual[alignment] = residual<N>;
        p.cu[size].add_ps[alignment] = addResidual<N>;
    }
    p.cu[size].sse_pp = squaredError<N>;
}

} // namespace

void installBlocks(EncoderPrimitives &p)
{
    install<4>(p, BLOCK_4x4);
    install<8>(p, BLOCK_8x8);
    install<16>(p, BLOCK_16x16);
    install<32>(p, BLOCK_32x32);
    p.cu[BLOCK_64x64].sse_pp = squaredError<64>;
    p.pu[LUMA_4x4].copy_pp = copy<4>;
    p.pu[LUMA_8x8].copy_pp = copy<8>;
    p.pu[LUMA_16x16].copy_pp = copy<16>;
    p.pu[LUMA_32x32].copy_pp = copy<32>;
    p.pu[LUMA_64x64].copy_pp = copy<64>;
}
