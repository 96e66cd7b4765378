// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sums of absolute Hadamard-transformed differences, equal to x265's C versions.
//
// The last butterfly needs no work: |a + b| + |a - b| = 2 max(|a|, |b|).
#include "simd.h"

using namespace X265_NS;
using namespace simd;

namespace {

inline void butterfly(v128_t &a, v128_t &b)
{
    const v128_t difference = wasm_i16x8_sub(a, b);
    a = wasm_i16x8_add(a, b);
    b = difference;
}

inline v128_t largerMagnitude(v128_t a, v128_t b) { return wasm_i16x8_max(wasm_i16x8_abs(a), wasm_i16x8_abs(b)); }

inline v128_t difference8(const pixel *a, const pixel *b)
{
    return wasm_i16x8_sub(wasm_u16x8_load8x8(a), wasm_u16x8_load8x8(b));
}

// Three butterfly stages over eight vectors; `last` leaves out the third (4 apart is the first).
inline void stages(v128_t r[8], bool last)
{
    for (int i = 0; i < 4; i++) butterfly(r[i], r[i + 4]);
    for (int i = 0; i < 8; i += 4) {
        butterfly(r[i], r[i + 2]);
        butterfly(r[i + 1], r[i + 3]);
    }
    if (last) return;
    for (int i = 0; i < 8; i += 2) butterfly(r[i], r[i + 1]);
}

// Sum of the 8x8 Hadamard coefficients, before rounding.
inline int hadamard8x8(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    v128_t r[8], columns[8];
    for (int row = 0; row < 8; row++) r[row] = difference8(a + row * strideA, b + row * strideB);
    stages(r, false);
    transpose8x8(r, columns);
    stages(columns, true);
    v128_t sums[2];
    for (int half = 0; half < 2; half++) {
        const v128_t *c = columns + 4 * half;
        sums[half] = wasm_i16x8_add(largerMagnitude(c[0], c[1]), largerMagnitude(c[2], c[3]));
    }
    return 2 * (sumU16(sums[0]) + sumU16(sums[1]));
}

int sa8d8x8(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    return (hadamard8x8(a, strideA, b, strideB) + 2) >> 2;
}

// x265 rounds once for four 8x8 blocks.
template<int N> int sa8d(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    int cost = 0;
    for (int y = 0; y < N; y += 16)
        for (int x = 0; x < N; x += 16) {
            int sum = 2;
            for (int quarter = 0; quarter < 4; quarter++) {
                const int dy = y + 8 * (quarter >> 1), dx = x + 8 * (quarter & 1);
                sum += hadamard8x8(a + dy * strideA + dx, strideA, b + dy * strideB + dx, strideB);
            }
            cost += sum >> 2;
        }
    return cost;
}

// Half the sum of the 4x4 Hadamard coefficients.
int satd4x4(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    v128_t pa = wasm_v128_load32_zero(a), pb = wasm_v128_load32_zero(b);
    pa = wasm_v128_load32_lane(a + strideA, pa, 1);
    pb = wasm_v128_load32_lane(b + strideB, pb, 1);
    pa = wasm_v128_load32_lane(a + 2 * strideA, pa, 2);
    pb = wasm_v128_load32_lane(b + 2 * strideB, pb, 2);
    pa = wasm_v128_load32_lane(a + 3 * strideA, pa, 3);
    pb = wasm_v128_load32_lane(b + 3 * strideB, pb, 3);
    v128_t x = wasm_i16x8_sub(wasm_u16x8_extend_low_u8x16(pa), wasm_u16x8_extend_low_u8x16(pb));   // rows 0, 1
    v128_t y = wasm_i16x8_sub(wasm_u16x8_extend_high_u8x16(pa), wasm_u16x8_extend_high_u8x16(pb)); // rows 2, 3
    butterfly(x, y);
    v128_t u = zipLow64(x, y), v = zipHigh64(x, y);
    butterfly(u, v); // the columns are done
    x = wasm_i16x8_shuffle(u, v, 0, 2, 4, 6, 8, 10, 12, 14);
    y = wasm_i16x8_shuffle(u, v, 1, 3, 5, 7, 9, 11, 13, 15);
    butterfly(x, y);
    u = wasm_i16x8_shuffle(x, y, 0, 2, 4, 6, 8, 10, 12, 14);
    v = wasm_i16x8_shuffle(x, y, 1, 3, 5, 7, 9, 11, 13, 15);
    return sumU16(largerMagnitude(u, v));
}

// Two 4x4 blocks side by side.
int satd8x4(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    v128_t r[4];
    for (int row = 0; row < 4; row++) r[row] = difference8(a + row * strideA, b + row * strideB);
    butterfly(r[0], r[2]);
    butterfly(r[1], r[3]);
    butterfly(r[0], r[1]);
    butterfly(r[2], r[3]);
    v128_t sum = wasm_i16x8_splat(0);
    for (int half = 0; half < 4; half += 2) {
        v128_t x = wasm_i16x8_shuffle(r[half], r[half + 1], 0, 2, 4, 6, 8, 10, 12, 14);
        v128_t y = wasm_i16x8_shuffle(r[half], r[half + 1], 1, 3, 5, 7, 9, 11, 13, 15);
        butterfly(x, y);
        const v128_t u = wasm_i16x8_shuffle(x, y, 0, 2, 4, 6, 8, 10, 12, 14);
        const v128_t v = wasm_i16x8_shuffle(x, y, 1, 3, 5, 7, 9, 11, 13, 15);
        sum = wasm_i16x8_add(sum, largerMagnitude(u, v));
    }
    return sumU16(sum);
}

template<int W, int H> int satd(const pixel *a, intptr_t strideA, const pixel *b, intptr_t strideB)
{
    const int step = W % 8 ? 4 : 8;
    int sum = 0;
    for (int y = 0; y < H; y += 4)
        for (int x = 0; x < W; x += step) {
            const pixel *pa = a + y * strideA + x, *pb = b + y * strideB + x;
            sum += step == 4 ? satd4x4(pa, strideA, pb, strideB) : satd8x4(pa, strideA, pb, strideB);
        }
    return sum;
}

} // namespace

void installHadamard(EncoderPrimitives &p)
{
    p.pu[LUMA_4x4].satd = satd4x4;
    p.pu[LUMA_8x4].satd = satd8x4;
    p.pu[LUMA_4x8].satd = satd<4, 8>;
    p.pu[LUMA_8x8].satd = satd<8, 8>;
    p.pu[LUMA_16x16].satd = satd<16, 16>;
    p.pu[LUMA_32x32].satd = satd<32, 32>;
    p.pu[LUMA_64x64].satd = satd<64, 64>;
    p.cu[BLOCK_8x8].sa8d = sa8d8x8;
    p.cu[BLOCK_16x16].sa8d = sa8d<16>;
    p.cu[BLOCK_32x32].sa8d = sa8d<32>;
    p.cu[BLOCK_64x64].sa8d = sa8d<64>;
}
