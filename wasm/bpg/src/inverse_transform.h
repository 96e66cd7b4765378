// SPDX-License-Identifier: MIT
//
// Inverse transforms of HEVC for 8-bit pictures (H.265, 8.6.4.2), for the encoder and the decoder.
//
// A pass works on eight columns at a time, one a lane. The even and odd rows are summed apart and
// meet in butterflies of 32 bits; pairs of products are summed by i32x4.dot_i16x8. Rows of zeros
// at the end, which most blocks have, cost nothing.
#pragma once

#include <stdint.h>
#include <string.h>

#include "lanes.h"

namespace hevc {

using namespace simd;

// 64 sqrt(2) cos(i pi / 64) as the standard rounds it, i from 1 to 31; entry 0 is that of the
// constant row.
const int8_t kCosine[32] = { 64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67, 64, 61, 57, 54, 50, 46,
    43, 38, 36, 31, 25, 22, 18, 13, 9, 4 };

// Entry of the N x N matrix: frequency k, sample n.
inline int matrixEntry(int size, int k, int n)
{
    if (!k) return kCosine[0];
    int angle = (2 * n + 1) * k * (32 / size) % 128; // in units of pi / 64
    if (angle > 64) angle = 128 - angle;
    return angle > 32 ? -kCosine[64 - angle] : angle == 32 ? 0 : kCosine[angle];
}

// Rounds, shifts and packs eight sums. Saturates, as the inverse transform wants; the forward one
// never leaves 16 bits.
inline v128_t pack(v128_t low, v128_t high, v128_t round, int shift)
{
    return wasm_i16x8_narrow_i32x4(
        wasm_i32x4_shr(wasm_i32x4_add(low, round), shift), wasm_i32x4_shr(wasm_i32x4_add(high, round), shift));
}

// Two neighbouring 16-bit coefficients in every lane.
inline v128_t splatPair(const int16_t *pair) { return wasm_v128_load32_splat(pair); }

// Matrix entries in the order of the sums: for output n those of the odd rows, of the rows 2, 6, 10,
// ... and of the rows 0, 4, 8, ...
template<int N> struct InverseTables {
    int16_t odd[N / 2][N / 2];
    int16_t middle[N / 4][N / 4];
    int16_t even[N / 4][N / 4];

    InverseTables()
    {
        for (int n = 0; n < N / 2; n++)
            for (int i = 0; i < N / 2; i++) odd[n][i] = matrixEntry(N, 2 * i + 1, n);
        for (int n = 0; n < N / 4; n++)
            for (int i = 0; i < N / 4; i++) {
                middle[n][i] = matrixEntry(N, 4 * i + 2, n);
                even[n][i] = matrixEntry(N, 4 * i, n);
            }
    }
};
const InverseTables<8> kInverse8;
const InverseTables<16> kInverse16;
const InverseTables<32> kInverse32;
template<int N> inline const InverseTables<N> &inverseTables();
template<> inline const InverseTables<8> &inverseTables<8>() { return kInverse8; }
template<> inline const InverseTables<16> &inverseTables<16>() { return kInverse16; }
template<> inline const InverseTables<32> &inverseTables<32>() { return kInverse32; }

// Rows first, first + step, ... of eight columns as pairs, as many as are not zero.
template<int M> struct RowPairs {
    v128_t low[M / 2], high[M / 2];
    int count;

    RowPairs(const v128_t *rows, int first, int step, int used)
    {
        count = 0;
        for (int p = 0; p < M / 2; p++) {
            const int row = first + 2 * p * step;
            if (row >= used) break;
            low[p] = zipLow16(rows[row], rows[row + step]);
            high[p] = zipHigh16(rows[row], rows[row + step]);
            count++;
        }
    }

    void product(const int16_t *coefficients, v128_t &l, v128_t &h) const
    {
        l = h = wasm_i32x4_splat(0);
        for (int p = 0; p < count; p++) {
            const v128_t c = splatPair(coefficients + 2 * p);
            l = wasm_i32x4_add(l, wasm_i32x4_dot_i16x8(low[p], c));
            h = wasm_i32x4_add(h, wasm_i32x4_dot_i16x8(high[p], c));
        }
    }
};

// Transforms eight columns: rows[k] holds coefficient k of each, zero from row `used` on. Sample n
// of all columns goes to samples[n].
template<int N> inline void inverseColumns(const v128_t *rows, int used, v128_t *samples, int shift)
{
    const InverseTables<N> &tables = inverseTables<N>();
    const v128_t round = wasm_i32x4_splat(1 << (shift - 1));
    const RowPairs<N / 2> odd(rows, 1, 2, used);
    const RowPairs<N / 4> middle(rows, 2, 4, used), even(rows, 0, 4, used);
    for (int n = 0; n < N / 4; n++) {
        v128_t evenL, evenH, middleL, middleH;
        even.product(tables.even[n], evenL, evenH);
        middle.product(tables.middle[n], middleL, middleH);
        const int mirror = N / 2 - 1 - n;
        const v128_t sumL[2] = { wasm_i32x4_add(evenL, middleL), wasm_i32x4_sub(evenL, middleL) };
        const v128_t sumH[2] = { wasm_i32x4_add(evenH, middleH), wasm_i32x4_sub(evenH, middleH) };
        for (int side = 0; side < 2; side++) {
            const int at = side ? mirror : n;
            v128_t oddL, oddH;
            odd.product(tables.odd[at], oddL, oddH);
            samples[at] = pack(wasm_i32x4_add(sumL[side], oddL), wasm_i32x4_add(sumH[side], oddH), round, shift);
            samples[N - 1 - at] =
                pack(wasm_i32x4_sub(sumL[side], oddL), wasm_i32x4_sub(sumH[side], oddH), round, shift);
        }
    }
}

// Number of leading vectors up to the last that is not zero.
template<int N> inline int usedRows(const v128_t *rows)
{
    int used = N;
    while (used && !wasm_v128_any_true(rows[used - 1])) used--;
    return used;
}

// One pass: columns of `source` become rows of `target`.
template<int N> inline void inversePass(const int16_t *source, int16_t *target, intptr_t stride, int shift)
{
    for (int column = 0; column < N; column += 8) {
        v128_t rows[N], samples[N];
        for (int k = 0; k < N; k++) rows[k] = wasm_v128_load(source + k * N + column);
        const int used = usedRows<N>(rows);
        int16_t *out = target + column * stride;
        if (!used) {
            for (int line = 0; line < 8; line++) memset(out + line * stride, 0, N * sizeof(*out));
            continue;
        }
        inverseColumns<N>(rows, used, samples, shift);
        for (int n = 0; n < N; n += 8) {
            v128_t lines[8];
            transpose8x8(samples + n, lines);
            for (int line = 0; line < 8; line++) wasm_v128_store(out + line * stride + n, lines[line]);
        }
    }
}

template<int N> void inverse(const int16_t *source, int16_t *target, intptr_t stride)
{
    int16_t lines[N * N];
    inversePass<N>(source, lines, N, 7);
    inversePass<N>(lines, target, stride, 12);
}

enum Kind4 { DCT, DST };

// Columns of the 4x4 matrices as pairs of rows (0, 1), (2, 3) for output n.
const int16_t kInverseDct4[4][4] = { { 64, 83, 64, 36 }, { 64, 36, -64, -83 }, { 64, -36, -64, 83 }, { 64, -83, 64, -36 } };
const int16_t kInverseDst4[4][4] = { { 29, 74, 84, 55 }, { 55, 74, -29, -84 }, { 74, 0, -74, 74 }, { 84, -74, 55, -29 } };

// One pass: row k of four columns in the k-th half vector; then line n in the n-th.
template<Kind4 KIND> inline void inversePass4(v128_t &top, v128_t &bottom, int shift)
{
    const int16_t(*matrix)[4] = KIND == DST ? kInverseDst4 : kInverseDct4;
    const v128_t first = wasm_i16x8_shuffle(top, top, 0, 4, 1, 5, 2, 6, 3, 7);
    const v128_t second = wasm_i16x8_shuffle(bottom, bottom, 0, 4, 1, 5, 2, 6, 3, 7);
    v128_t samples[4];
    for (int n = 0; n < 4; n++)
        samples[n] = wasm_i32x4_add(wasm_i32x4_dot_i16x8(first, splatPair(matrix[n])),
            wasm_i32x4_dot_i16x8(second, splatPair(matrix[n] + 2)));
    const v128_t round = wasm_i32x4_splat(1 << (shift - 1));
    const v128_t a = pack(samples[0], samples[1], round, shift); // sample 0 of four columns, sample 1
    const v128_t b = pack(samples[2], samples[3], round, shift);
    const v128_t low = wasm_i16x8_shuffle(a, b, 0, 4, 8, 12, 1, 5, 9, 13);
    bottom = wasm_i16x8_shuffle(a, b, 2, 6, 10, 14, 3, 7, 11, 15);
    top = low;
}

template<Kind4 KIND> void inverse4(const int16_t *source, int16_t *target, intptr_t stride)
{
    v128_t top = wasm_v128_load(source), bottom = wasm_v128_load(source + 8);
    inversePass4<KIND>(top, bottom, 7);
    inversePass4<KIND>(top, bottom, 12);
    wasm_v128_store64_lane(target, top, 0);
    wasm_v128_store64_lane(target + stride, top, 1);
    wasm_v128_store64_lane(target + 2 * stride, bottom, 0);
    wasm_v128_store64_lane(target + 3 * stride, bottom, 1);
}

} // namespace hevc
