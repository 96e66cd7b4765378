// SPDX-License-Identifier: GPL-2.0-or-later
//
// Intra prediction of HEVC (H.265, 8.4.4.2), equal to x265's C versions.
//
//   neighbours of an N x N block:  [0] corner, [1 .. 2N] above, [2N + 1 .. 4N] left
#include <string.h>

#include "simd.h"

using namespace X265_NS;
using namespace simd;

namespace {

// H.265 tables 8-5 and 8-6: displacement per row in 1/32 samples for modes 18 to 34, and the
// inverse for modes with a negative one.
const int8_t kAngle[17] = { -32, -26, -21, -17, -13, -9, -5, -2, 0, 2, 5, 9, 13, 17, 21, 26, 32 };
const int16_t kInverseAngle[8] = { 4096, 1638, 910, 630, 482, 390, 315, 256 };

// Stores the low N bytes (4 or 8), or all of a wider row.
template<int N> inline void storeRow(pixel *target, v128_t row)
{
    if (N == 4) wasm_v128_store32_lane(target, row, 0);
    else if (N == 8) wasm_v128_store64_lane(target, row, 0);
    else wasm_v128_store(target, row);
}

// Transposes an N x N block of bytes with stride N into the target.
template<int N> void transposeBlock(pixel *target, intptr_t stride, const pixel *source)
{
    if (N == 4) {
        const v128_t in = wasm_v128_load(source);
        const v128_t v = wasm_i8x16_shuffle(in, in, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        wasm_v128_store32_lane(target, v, 0);
        wasm_v128_store32_lane(target + stride, v, 1);
        wasm_v128_store32_lane(target + 2 * stride, v, 2);
        wasm_v128_store32_lane(target + 3 * stride, v, 3);
        return;
    }
    for (int y = 0; y < N; y += 8)
        for (int x = 0; x < N; x += 8) {
            v128_t pairs[4], quads[4];
            for (int i = 0; i < 4; i++) {
                const pixel *row = source + (y + 2 * i) * N + x;
                pairs[i] = wasm_i8x16_shuffle(wasm_v128_load64_zero(row), wasm_v128_load64_zero(row + N),
                    0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            }
            for (int i = 0; i < 2; i++) {
                quads[i] = zipLow16(pairs[2 * i], pairs[2 * i + 1]);
                quads[2 + i] = zipHigh16(pairs[2 * i], pairs[2 * i + 1]);
            }
            for (int half = 0; half < 2; half++) {
                const v128_t low = zipLow32(quads[2 * half], quads[2 * half + 1]);
                const v128_t high = zipHigh32(quads[2 * half], quads[2 * half + 1]);
                pixel *out = target + (x + 4 * half) * stride + y;
                wasm_v128_store64_lane(out, low, 0);
                wasm_v128_store64_lane(out + stride, low, 1);
                wasm_v128_store64_lane(out + 2 * stride, high, 0);
                wasm_v128_store64_lane(out + 3 * stride, high, 1);
            }
        }
}

// Row of an angular block: between reference samples, `fraction` in 1/32.
template<int N> inline void interpolateRow(pixel *target, const pixel *reference, int fraction)
{
    const v128_t far = wasm_i16x8_splat(fraction), near = wasm_i16x8_splat(32 - fraction);
    const v128_t round = wasm_i16x8_splat(16);
    for (int x = 0; x < N; x += 16) {
        v128_t halves[2];
        for (int half = 0; half < (N < 16 ? 1 : 2); half++) {
            const pixel *at = reference + x + 8 * half;
            const v128_t sum = wasm_i16x8_add(wasm_i16x8_mul(wasm_u16x8_load8x8(at), near),
                wasm_i16x8_mul(wasm_u16x8_load8x8(at + 1), far));
            halves[half] = wasm_u16x8_shr(wasm_i16x8_add(sum, round), 5);
        }
        storeRow<N>(target + x, wasm_u8x16_narrow_i16x8(halves[0], halves[N < 16 ? 0 : 1]));
    }
}

// Fills a block from reference samples above it; reference[-1] is the corner.
template<int N> void predictRows(pixel *target, intptr_t stride, const pixel *reference, int angle)
{
    int displacement = 0;
    for (int y = 0; y < N; y++, target += stride) {
        displacement += angle;
        const pixel *from = reference + (displacement >> 5);
        const int fraction = displacement & 31;
        if (fraction) interpolateRow<N>(target, from, fraction);
        else memcpy(target, from, N);
    }
}

template<int N>
void predictAngle(pixel *target, intptr_t stride, const pixel *neighbours, int mode, int smoothEdge)
{
    // A horizontal mode is a vertical one with the sides exchanged and the block transposed.
    const bool horizontal = mode < 18;
    const int offset = horizontal ? 10 - mode : mode - 26;
    const int angle = kAngle[8 + offset];
    const pixel *main = horizontal ? neighbours + 2 * N + 1 : neighbours + 1;
    const pixel *side = horizontal ? neighbours + 1 : neighbours + 2 * N + 1;
    pixel block[N * N];
    pixel *out = horizontal ? block : target;
    const intptr_t outStride = horizontal ? N : stride;

    pixel buffer[N + 2 * N + 16]; // room before for projected samples, behind for whole vectors
    pixel *reference = buffer + N;
    memcpy(reference, main, 2 * N);
    if (!angle) {
        for (int y = 0; y < N; y++) memcpy(out + y * outStride, reference, N);
        for (int y = 0; smoothEdge && y < N; y++)
            out[y * outStride] = x265_clip((int16_t)(main[0] + ((side[y] - neighbours[0]) >> 1)));
    } else {
        reference[-1] = neighbours[0];
        int inverse = 128;
        for (int i = 0; angle < 0 && i < -((N * angle) >> 5) - 1; i++) {
            inverse += kInverseAngle[-offset - 1];
            reference[-2 - i] = side[(inverse >> 8) - 1];
        }
        predictRows<N>(out, outStride, reference, angle);
    }
    if (horizontal) transposeBlock<N>(target, stride, block);
}

template<int N, int LOG2>
void predictPlanar(pixel *target, intptr_t stride, const pixel *neighbours, int, int)
{
    const pixel *above = neighbours + 1, *left = neighbours + 2 * N + 1;
    const int topRight = above[N], bottomLeft = left[N];
    const v128_t ramp = wasm_i16x8_make(1, 2, 3, 4, 5, 6, 7, 8);
    for (int x = 0; x < N; x += 8) {
        const v128_t column = wasm_i16x8_add(ramp, wasm_i16x8_splat(x)); // x + 1
        const v128_t fromLeft = wasm_i16x8_sub(wasm_i16x8_splat(N), column);
        // Everything that is linear in y: start and step.
        v128_t top = wasm_u16x8_load8x8(above + x);
        v128_t sum = wasm_i16x8_add(wasm_i16x8_mul(top, wasm_i16x8_splat(N)), wasm_i16x8_splat(N));
        sum = wasm_i16x8_add(sum, wasm_i16x8_mul(column, wasm_i16x8_splat(topRight)));
        const v128_t step = wasm_i16x8_sub(wasm_i16x8_splat(bottomLeft), top);
        for (int y = 0; y < N; y++) {
            sum = wasm_i16x8_add(sum, step);
            const v128_t v =
                wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_mul(fromLeft, wasm_i16x8_splat(left[y]))), LOG2 + 1);
            storeRow<(N < 8 ? N : 8)>(target + y * stride + x, wasm_u8x16_narrow_i16x8(v, v));
        }
    }
}

} // namespace

void installPrediction(EncoderPrimitives &p)
{
    for (int mode = 2; mode < NUM_INTRA_MODE; mode++) {
        p.cu[BLOCK_4x4].intra_pred[mode] = predictAngle<4>;
        p.cu[BLOCK_8x8].intra_pred[mode] = predictAngle<8>;
        p.cu[BLOCK_16x16].intra_pred[mode] = predictAngle<16>;
        p.cu[BLOCK_32x32].intra_pred[mode] = predictAngle<32>;
    }
    p.cu[BLOCK_4x4].intra_pred[PLANAR_IDX] = predictPlanar<4, 2>;
    p.cu[BLOCK_8x8].intra_pred[PLANAR_IDX] = predictPlanar<8, 3>;
    p.cu[BLOCK_16x16].intra_pred[PLANAR_IDX] = predictPlanar<16, 4>;
    p.cu[BLOCK_32x32].intra_pred[PLANAR_IDX] = predictPlanar<32, 5>;
}
