// SPDX-License-Identifier: GPL-2.0-or-later
//
// Quantized coefficients: dequantization, scanning, and the bits of the significance map, equal to
// x265's C versions. (Quantization itself is in rdo_quant.cpp.)
#include "simd.h"

#include "contexts.h"

using namespace X265_NS;
using namespace simd;

namespace {

void dequantize(const int16_t *levels, int16_t *coefficients, int count, int scale, int shift)
{
    const v128_t round = wasm_i32x4_splat(1 << (shift - 1)), factor = wasm_i16x8_splat((int16_t)scale);
    for (int i = 0; i < count; i += 8) {
        const v128_t level = wasm_v128_load(levels + i);
        const v128_t low = wasm_i32x4_extmul_low_i16x8(level, factor);
        const v128_t high = wasm_i32x4_extmul_high_i16x8(level, factor);
        wasm_v128_store(coefficients + i,
            wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_i32x4_add(low, round), shift),
                wasm_i32x4_shr(wasm_i32x4_add(high, round), shift)));
    }
}

template<int N> int countNonZero(const int16_t *levels)
{
    const v128_t zero = wasm_i16x8_splat(0);
    v128_t zeros = zero; // minus the zeros in each lane: at most 128
    for (int i = 0; i < N * N; i += 8) zeros = wasm_i16x8_add(zeros, wasm_i16x8_eq(wasm_v128_load(levels + i), zero));
    return N * N + sum32(wasm_i32x4_extadd_pairwise_i16x8(zeros));
}

// The 16 entries of a scan as byte indices.
inline v128_t scanBytes(const uint16_t *scan)
{
    return wasm_u8x16_narrow_i16x8(wasm_v128_load(scan), wasm_v128_load(scan + 8));
}

// A 4x4 group, in raster order; signs and zeros survive the saturation to bytes.
inline v128_t groupBytes(const int16_t *first, intptr_t stride)
{
    v128_t top = wasm_v128_load64_zero(first), bottom = wasm_v128_load64_zero(first + 2 * stride);
    top = wasm_v128_load64_lane(first + stride, top, 1);
    bottom = wasm_v128_load64_lane(first + 3 * stride, bottom, 1);
    return wasm_i8x16_narrow_i16x8(top, bottom);
}

// For each group up to the last coded one: the mask of its levels, first scan position in the
// highest of its bits; their signs, first level in bit 0; their number. Returns the scan position
// of the last level.
int scanPositions(const uint16_t *scan, const coeff_t *levels, uint16_t *signs, uint16_t *masks, uint8_t *counts,
    int left, const uint16_t *groupScan, const int stride)
{
    const v128_t zero = wasm_i8x16_splat(0);
    // Bit i of the bit masks is scan position 15 - i.
    const v128_t forward = scanBytes(groupScan);
    const v128_t backward =
        wasm_i8x16_shuffle(forward, forward, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    for (int group = 0;; group++) {
        const v128_t bytes = wasm_i8x16_swizzle(groupBytes(levels + scan[16 * group], stride), backward);
        const uint32_t mask = wasm_i8x16_bitmask(wasm_i8x16_ne(bytes, zero));
        const uint32_t negative = wasm_i8x16_bitmask(bytes);
        const int count = __builtin_popcount(mask);
        uint32_t sign = 0;
        if (negative) {
            int index = 0;
            for (uint32_t rest = mask; rest; index++) {
                const int bit = 31 - __builtin_clz(rest);
                sign |= ((negative >> bit) & 1) << index;
                rest ^= 1u << bit;
            }
        }
        signs[group] = (uint16_t)sign;
        counts[group] = (uint8_t)count;
        left -= count;
        if (left <= 0) {
            const int after = __builtin_ctz(mask); // scan positions after the last level
            masks[group] = (uint16_t)(mask >> after);
            return 16 * group + 15 - after;
        }
        masks[group] = (uint16_t)mask;
    }
}

// Bits of the significance flags of a group from `position` down to 0, with the contexts adapting;
// collects the magnitudes of its levels.
uint32_t significanceBits(const uint16_t *scan, const coeff_t *first, intptr_t stride, uint16_t *magnitudes,
    const uint8_t *contextOfRaster, uint32_t mask, uint8_t *states, int offset, int position, int groupStart)
{
    // A group whose last level is coded already has one magnitude before these.
    int found = position < 15 ? 1 : 0;
    magnitudes -= found;

    uint8_t contexts[16];
    wasm_v128_store(contexts,
        wasm_i8x16_add(wasm_i8x16_swizzle(wasm_v128_load(contextOfRaster), scanBytes(scan)), wasm_i8x16_splat(offset)));
    if (!groupStart) contexts[0] = 0;

    // If nothing else is coded in a group that is, its first level must be.
    const int lowest = groupStart && !found && !(mask & 0x7fff) ? 1 : 0;
    uint32_t sum = 0, rest = mask;
    for (int i = position; i >= lowest; i--, rest >>= 1) {
        const uint32_t flag = rest & 1, state = states[contexts[i]];
        sum += g_entropyBits[state ^ flag];
        states[contexts[i]] = g_nextState[state][flag];
    }
    for (rest = mask; rest; rest &= rest - 1) {
        const int raster = scan[position - __builtin_ctz(rest)];
        magnitudes[found++] = (uint16_t)abs(first[(raster >> 2) * stride + (raster & 3)]);
    }
    return sum;
}

} // namespace

void installCoefficients(EncoderPrimitives &p)
{
    p.dequant_normal = dequantize;
    p.cu[BLOCK_4x4].count_nonzero = countNonZero<4>;
    p.cu[BLOCK_8x8].count_nonzero = countNonZero<8>;
    p.cu[BLOCK_16x16].count_nonzero = countNonZero<16>;
    p.cu[BLOCK_32x32].count_nonzero = countNonZero<32>;
    p.scanPosLast = scanPositions;
    p.costCoeffNxN = significanceBits;
}
