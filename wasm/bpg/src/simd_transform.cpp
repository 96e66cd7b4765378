// SPDX-License-Identifier: GPL-2.0-or-later
//
// Forward and inverse transforms of HEVC (H.265, 8.6.4.2), equal to x265's C versions.
//
// A pass works on eight lines at a time, one line a lane. Sums and differences of mirrored samples
// (the butterfly) stay in 16 bits, and pairs of products are summed by i32x4.dot_i16x8.
#include <string.h>

#include "simd.h"

using namespace X265_NS;
using namespace simd;

namespace {

// x265's C transforms, for blocks whose first pass leaves the range of 16-bit butterflies.
dct_t plainForward[NUM_TR_SIZE];

template<int N> inline const int16_t *matrixRow(int k);
template<> inline const int16_t *matrixRow<8>(int k) { return g_t8[k]; }
template<> inline const int16_t *matrixRow<16>(int k) { return g_t16[k]; }
template<> inline const int16_t *matrixRow<32>(int k) { return g_t32[k]; }

// Rounds, shifts and packs eight sums. Saturates, as the inverse transform wants; the forward one
// never leaves 16 bits.
inline v128_t pack(v128_t low, v128_t high, v128_t round, int shift)
{
    return wasm_i16x8_narrow_i32x4(
        wasm_i32x4_shr(wasm_i32x4_add(low, round), shift), wasm_i32x4_shr(wasm_i32x4_add(high, round), shift));
}

// Two neighbouring 16-bit coefficients in every lane.
inline v128_t splatPair(const int16_t *pair) { return wasm_v128_load32_splat(pair); }

// ---- forward ----

// M samples of eight lines as pairs: (0, 1), (2, 3), ... of four lines each.
template<int M> struct Pairs {
    v128_t low[M / 2], high[M / 2];

    explicit Pairs(const v128_t *samples)
    {
        for (int p = 0; p < M / 2; p++) {
            low[p] = zipLow16(samples[2 * p], samples[2 * p + 1]);
            high[p] = zipHigh16(samples[2 * p], samples[2 * p + 1]);
        }
    }

    v128_t product(const int16_t *row, v128_t round, int shift) const
    {
        v128_t c = splatPair(row);
        v128_t l = wasm_i32x4_dot_i16x8(low[0], c), h = wasm_i32x4_dot_i16x8(high[0], c);
        for (int p = 1; p < M / 2; p++) {
            c = splatPair(row + 2 * p);
            l = wasm_i32x4_add(l, wasm_i32x4_dot_i16x8(low[p], c));
            h = wasm_i32x4_add(h, wasm_i32x4_dot_i16x8(high[p], c));
        }
        return pack(l, h, round, shift);
    }
};

// Transforms eight lines: x[j] holds sample j of each. Coefficient k goes to out + k * N.
// Samples must be within +-8191. Returns the largest magnitude in each lane.
template<int N> inline v128_t forwardLines(const v128_t *x, int16_t *out, int shift)
{
    v128_t sum[N / 2], difference[N / 2], sumOfSums[N / 4], differenceOfSums[N / 4];
    for (int j = 0; j < N / 2; j++) {
        sum[j] = wasm_i16x8_add(x[j], x[N - 1 - j]);
        difference[j] = wasm_i16x8_sub(x[j], x[N - 1 - j]);
    }
    for (int j = 0; j < N / 4; j++) {
        sumOfSums[j] = wasm_i16x8_add(sum[j], sum[N / 2 - 1 - j]);
        differenceOfSums[j] = wasm_i16x8_sub(sum[j], sum[N / 2 - 1 - j]);
    }
    const v128_t round = wasm_i32x4_splat(1 << (shift - 1));
    v128_t largest = wasm_i16x8_splat(0);
    const auto store = [&](int k, v128_t value) {
        wasm_v128_store(out + k * N, value);
        largest = wasm_i16x8_max(largest, wasm_i16x8_abs(value));
    };
    const Pairs<N / 2> odd(difference);
    for (int k = 1; k < N; k += 2) store(k, odd.product(matrixRow<N>(k), round, shift));
    const Pairs<N / 4> middle(differenceOfSums), even(sumOfSums);
    for (int k = 2; k < N; k += 4) store(k, middle.product(matrixRow<N>(k), round, shift));
    for (int k = 0; k < N; k += 4) store(k, even.product(matrixRow<N>(k), round, shift));
    return largest;
}

// Eight lines of N samples, one sample of all lines a vector.
template<int N> inline void loadLines(const int16_t *source, intptr_t stride, v128_t *x)
{
    for (int column = 0; column < N; column += 8) {
        v128_t rows[8];
        for (int row = 0; row < 8; row++) rows[row] = wasm_v128_load(source + row * stride + column);
        transpose8x8(rows, x + column);
    }
}

template<int N, int LOG2> void forward(const int16_t *source, int16_t *target, intptr_t stride)
{
    int16_t columns[N * N];
    v128_t x[N], largest = wasm_i16x8_splat(0);
    for (int line = 0; line < N; line += 8) {
        loadLines<N>(source + line * stride, stride, x);
        largest = wasm_i16x8_max(largest, forwardLines<N>(x, columns + line, LOG2 - 1));
    }
    if (wasm_v128_any_true(wasm_u16x8_gt(largest, wasm_i16x8_splat(8191)))) {
        plainForward[LOG2 - 2](source, target, stride);
        return;
    }
    for (int line = 0; line < N; line += 8) {
        loadLines<N>(columns + line * N, N, x);
        forwardLines<N>(x, target + line, LOG2 + 6);
    }
}

// A 4x4 matrix as pairs of coefficients: row k is (c0, c3), (c1, c2) for the mirrored pairs of the
// DCT, (c0, c1), (c2, c3) for the DST.
const int16_t kDct4[4][4] = { { 64, 64, 64, 64 }, { 83, -83, 36, -36 }, { 64, 64, -64, -64 }, { 36, -36, -83, 83 } };
const int16_t kDst4[4][4] = { { 29, 55, 74, 84 }, { 74, 74, 0, -74 }, { 84, -29, -74, 55 }, { 55, -84, 74, -29 } };

// One pass over four lines: line i in the i-th half vector; coefficient k of all lines in the k-th.
template<bool DST> inline void pass4(v128_t &top, v128_t &bottom, int shift)
{
    const v128_t first = DST ? wasm_i16x8_shuffle(top, bottom, 0, 1, 4, 5, 8, 9, 12, 13)
                             : wasm_i16x8_shuffle(top, bottom, 0, 3, 4, 7, 8, 11, 12, 15);
    const v128_t second = DST ? wasm_i16x8_shuffle(top, bottom, 2, 3, 6, 7, 10, 11, 14, 15)
                              : wasm_i16x8_shuffle(top, bottom, 1, 2, 5, 6, 9, 10, 13, 14);
    const int16_t(*matrix)[4] = DST ? kDst4 : kDct4;
    v128_t sums[4];
    for (int k = 0; k < 4; k++)
        sums[k] = wasm_i32x4_add(wasm_i32x4_dot_i16x8(first, splatPair(matrix[k])),
            wasm_i32x4_dot_i16x8(second, splatPair(matrix[k] + 2)));
    const v128_t round = wasm_i32x4_splat(1 << (shift - 1));
    top = pack(sums[0], sums[1], round, shift);
    bottom = pack(sums[2], sums[3], round, shift);
}

template<bool DST> void forward4(const int16_t *source, int16_t *target, intptr_t stride)
{
    v128_t top = wasm_v128_load64_zero(source), bottom = wasm_v128_load64_zero(source + 2 * stride);
    top = wasm_v128_load64_lane(source + stride, top, 1);
    bottom = wasm_v128_load64_lane(source + 3 * stride, bottom, 1);
    pass4<DST>(top, bottom, 1);
    pass4<DST>(top, bottom, 8);
    wasm_v128_store(target, top);
    wasm_v128_store(target + 8, bottom);
}

// ---- inverse ----

// Coefficients of the inverse transform, in the order of the sums: for output n the pairs of rows
// (step, 3 step), (5 step, 7 step), ... with step 1, 2, 4, ...
template<int N> struct InverseTables {
    int16_t odd[N / 2][N / 2];
    int16_t middle[N / 4][N / 4];
    int16_t even[N / 4][N / 4]; // rows 0, 4, 8, ...

    InverseTables()
    {
        for (int n = 0; n < N / 2; n++)
            for (int i = 0; i < N / 2; i++) odd[n][i] = matrixRow<N>(2 * i + 1)[n];
        for (int n = 0; n < N / 4; n++)
            for (int i = 0; i < N / 4; i++) {
                middle[n][i] = matrixRow<N>(4 * i + 2)[n];
                even[n][i] = matrixRow<N>(4 * i)[n];
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

// Columns of the 4x4 matrices as pairs of rows (0, 1), (2, 3) for output n.
const int16_t kInverseDct4[4][4] = { { 64, 83, 64, 36 }, { 64, 36, -64, -83 }, { 64, -36, -64, 83 }, { 64, -83, 64, -36 } };
const int16_t kInverseDst4[4][4] = { { 29, 74, 84, 55 }, { 55, 74, -29, -84 }, { 74, 0, -74, 74 }, { 84, -74, 55, -29 } };

// One pass: row k of four columns in the k-th half vector; then line n in the n-th.
template<bool DST> inline void inversePass4(v128_t &top, v128_t &bottom, int shift)
{
    const int16_t(*matrix)[4] = DST ? kInverseDst4 : kInverseDct4;
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

template<bool DST> void inverse4(const int16_t *source, int16_t *target, intptr_t stride)
{
    v128_t top = wasm_v128_load(source), bottom = wasm_v128_load(source + 8);
    inversePass4<DST>(top, bottom, 7);
    inversePass4<DST>(top, bottom, 12);
    wasm_v128_store64_lane(target, top, 0);
    wasm_v128_store64_lane(target + stride, top, 1);
    wasm_v128_store64_lane(target + 2 * stride, bottom, 0);
    wasm_v128_store64_lane(target + 3 * stride, bottom, 1);
}

} // namespace

void installTransforms(EncoderPrimitives &p)
{
    for (int size = 0; size < NUM_TR_SIZE; size++) plainForward[size] = p.cu[size].dct;
    p.dst4x4 = forward4<true>;
    p.cu[BLOCK_4x4].dct = forward4<false>;
    p.cu[BLOCK_8x8].dct = forward<8, 3>;
    p.cu[BLOCK_16x16].dct = forward<16, 4>;
    p.cu[BLOCK_32x32].dct = forward<32, 5>;
    p.idst4x4 = inverse4<true>;
    p.cu[BLOCK_4x4].idct = inverse4<false>;
    p.cu[BLOCK_8x8].idct = inverse<8>;
    p.cu[BLOCK_16x16].idct = inverse<16>;
    p.cu[BLOCK_32x32].idct = inverse<32>;
}
