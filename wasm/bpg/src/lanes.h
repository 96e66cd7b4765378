// SPDX-License-Identifier: MIT
//
// Names for moving and summing the lanes of SIMD128 vectors.
#pragma once

#include <wasm_simd128.h>

namespace simd {

// Interleaves the low or high halves of two vectors, by lanes of 16, 32 or 64 bits.
inline v128_t zipLow16(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
inline v128_t zipHigh16(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
inline v128_t zipLow32(v128_t a, v128_t b) { return wasm_i32x4_shuffle(a, b, 0, 4, 1, 5); }
inline v128_t zipHigh32(v128_t a, v128_t b) { return wasm_i32x4_shuffle(a, b, 2, 6, 3, 7); }
inline v128_t zipLow64(v128_t a, v128_t b) { return wasm_i64x2_shuffle(a, b, 0, 2); }
inline v128_t zipHigh64(v128_t a, v128_t b) { return wasm_i64x2_shuffle(a, b, 1, 3); }

// Transposes eight vectors of eight 16-bit lanes.
inline void transpose8x8(const v128_t in[8], v128_t out[8])
{
    v128_t pairs[8], quads[8];
    for (int i = 0; i < 4; i++) {
        pairs[i] = zipLow16(in[2 * i], in[2 * i + 1]);
        pairs[4 + i] = zipHigh16(in[2 * i], in[2 * i + 1]);
    }
    for (int i = 0; i < 4; i++) {
        quads[2 * i] = zipLow32(pairs[2 * i], pairs[2 * i + 1]);
        quads[2 * i + 1] = zipHigh32(pairs[2 * i], pairs[2 * i + 1]);
    }
    for (int half = 0; half < 2; half++)
        for (int i = 0; i < 2; i++) {
            out[4 * half + 2 * i] = zipLow64(quads[4 * half + i], quads[4 * half + 2 + i]);
            out[4 * half + 2 * i + 1] = zipHigh64(quads[4 * half + i], quads[4 * half + 2 + i]);
        }
}

// Sum of the eight lanes, taken as unsigned 16 bits.
inline int sumU16(v128_t v)
{
    v128_t s = wasm_u32x4_extadd_pairwise_u16x8(v);
    s = wasm_i32x4_add(s, wasm_i32x4_shuffle(s, s, 2, 3, 0, 1));
    return wasm_i32x4_extract_lane(s, 0) + wasm_i32x4_extract_lane(s, 1);
}

inline int sum32(v128_t s)
{
    s = wasm_i32x4_add(s, wasm_i32x4_shuffle(s, s, 2, 3, 0, 1));
    return wasm_i32x4_extract_lane(s, 0) + wasm_i32x4_extract_lane(s, 1);
}

} // namespace simd
