// SPDX-License-Identifier: GPL-2.0-or-later
//
// Forward transforms of HEVC, equal to x265's C versions; the inverse ones are in
// inverse_transform.h.
//
// A pass works on eight lines at a time, one line a lane. Sums and differences of mirrored samples
// (the butterfly) stay in 16 bits, and pairs of products are summed by i32x4.dot_i16x8.
#include "simd.h"

#include "inverse_transform.h"

using namespace X265_NS;
using namespace simd;
using namespace hevc;

namespace {

// x265's C transforms, for blocks whose first pass leaves the range of 16-bit butterflies.
dct_t plainForward[NUM_TR_SIZE];

template<int N> inline const int16_t *matrixRow(int k);
template<> inline const int16_t *matrixRow<8>(int k) { return g_t8[k]; }
template<> inline const int16_t *matrixRow<16>(int k) { return g_t16[k]; }
template<> inline const int16_t *matrixRow<32>(int k) { return g_t32[k]; }

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
template<Kind4 KIND> inline void pass4(v128_t &top, v128_t &bottom, int shift)
{
    const v128_t first = KIND == DST ? wasm_i16x8_shuffle(top, bottom, 0, 1, 4, 5, 8, 9, 12, 13)
                             : wasm_i16x8_shuffle(top, bottom, 0, 3, 4, 7, 8, 11, 12, 15);
    const v128_t second = KIND == DST ? wasm_i16x8_shuffle(top, bottom, 2, 3, 6, 7, 10, 11, 14, 15)
                              : wasm_i16x8_shuffle(top, bottom, 1, 2, 5, 6, 9, 10, 13, 14);
    const int16_t(*matrix)[4] = KIND == DST ? kDst4 : kDct4;
    v128_t sums[4];
    for (int k = 0; k < 4; k++)
        sums[k] = wasm_i32x4_add(wasm_i32x4_dot_i16x8(first, splatPair(matrix[k])),
            wasm_i32x4_dot_i16x8(second, splatPair(matrix[k] + 2)));
    const v128_t round = wasm_i32x4_splat(1 << (shift - 1));
    top = pack(sums[0], sums[1], round, shift);
    bottom = pack(sums[2], sums[3], round, shift);
}

template<Kind4 KIND> void forward4(const int16_t *source, int16_t *target, intptr_t stride)
{
    v128_t top = wasm_v128_load64_zero(source), bottom = wasm_v128_load64_zero(source + 2 * stride);
    top = wasm_v128_load64_lane(source + stride, top, 1);
    bottom = wasm_v128_load64_lane(source + 3 * stride, bottom, 1);
    pass4<KIND>(top, bottom, 1);
    pass4<KIND>(top, bottom, 8);
    wasm_v128_store(target, top);
    wasm_v128_store(target + 8, bottom);
}

} // namespace

void installTransforms(EncoderPrimitives &p)
{
    for (int size = 0; size < NUM_TR_SIZE; size++) plainForward[size] = p.cu[size].dct;
    p.dst4x4 = forward4<DST>;
    p.cu[BLOCK_4x4].dct = forward4<DCT>;
    p.cu[BLOCK_8x8].dct = forward<8, 3>;
    p.cu[BLOCK_16x16].dct = forward<16, 4>;
    p.cu[BLOCK_32x32].dct = forward<32, 5>;
    p.idst4x4 = inverse4<DST>;
    p.cu[BLOCK_4x4].idct = inverse4<DCT>;
    p.cu[BLOCK_8x8].idct = inverse<8>;
    p.cu[BLOCK_16x16].idct = inverse<16>;
    p.cu[BLOCK_32x32].idct = inverse<32>;
}
