/*
 * Sixteen 8-bit lanes and four float lanes: wasm SIMD128, or SSE4.1 for the native build that the
 * bench compares with.
 */
#ifndef LDPC_LANES_H
#define LDPC_LANES_H

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define OUT_OF_LINE static __attribute__((noinline))

/* clang fixes a numeric unroll count before a trip count becomes constant by inlining. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

typedef v128_t lanes;

INLINE lanes load(const void *from) { return wasm_v128_load(from); }
INLINE void store(void *to, lanes a) { wasm_v128_store(to, a); }
INLINE lanes splat8(int a) { return wasm_i8x16_splat((int8_t)a); }
INLINE lanes add_saturating(lanes a, lanes b) { return wasm_i8x16_add_sat(a, b); }
INLINE lanes subtract_saturating(lanes a, lanes b) { return wasm_i8x16_sub_sat(a, b); }
INLINE lanes subtract_unsigned(lanes a, lanes b) { return wasm_u8x16_sub_sat(a, b); }
INLINE lanes subtract8(lanes a, lanes b) { return wasm_i8x16_sub(a, b); }
INLINE lanes absolute(lanes a) { return wasm_i8x16_abs(a); }
INLINE lanes min_unsigned(lanes a, lanes b) { return wasm_u8x16_min(a, b); }
INLINE lanes max_unsigned(lanes a, lanes b) { return wasm_u8x16_max(a, b); }
INLINE lanes max8(lanes a, lanes b) { return wasm_i8x16_max(a, b); }
INLINE lanes equal8(lanes a, lanes b) { return wasm_i8x16_eq(a, b); }
INLINE lanes greater8(lanes a, lanes b) { return wasm_i8x16_gt(a, b); }
INLINE lanes xor(lanes a, lanes b) { return wasm_v128_xor(a, b); }
INLINE lanes and(lanes a, lanes b) { return wasm_v128_and(a, b); }
INLINE lanes or(lanes a, lanes b) { return wasm_v128_or(a, b); }
INLINE int sign_bits(lanes a) { return wasm_i8x16_bitmask(a); }
INLINE int any(lanes a) { return wasm_v128_any_true(a); }

INLINE lanes splat_float(float a) { return wasm_f32x4_splat(a); }
INLINE lanes add_float(lanes a, lanes b) { return wasm_f32x4_add(a, b); }
INLINE lanes subtract_float(lanes a, lanes b) { return wasm_f32x4_sub(a, b); }
INLINE lanes multiply_float(lanes a, lanes b) { return wasm_f32x4_mul(a, b); }
INLINE lanes min_float(lanes a, lanes b) { return wasm_f32x4_pmin(a, b); }
INLINE lanes max_float(lanes a, lanes b) { return wasm_f32x4_pmax(a, b); }
INLINE lanes subtract32(lanes a, lanes b) { return wasm_i32x4_sub(a, b); }
INLINE lanes splat32(int a) { return wasm_i32x4_splat(a); }
/* Integers of four vectors as bytes, limited to their range; signs stay. */
INLINE lanes narrow(lanes a, lanes b, lanes c, lanes d) {
  return wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(a, b), wasm_i16x8_narrow_i32x4(c, d));
}
INLINE void store_low_half(void *to, lanes a) { wasm_v128_store64_lane(to, a, 0); }
INLINE void store_high_half(void *to, lanes a) { wasm_v128_store64_lane(to, a, 1); }
/* Sixteen bits, one a byte, as the sign bits of four vectors of floats. */
INLINE void bits_to_signs(lanes bits, lanes signs[4]) {
  const lanes zero = wasm_i8x16_const_splat(0);
  bits = wasm_i16x8_shl(bits, 7);
#define TOP_BYTES(a, b, c, d) \
  wasm_i8x16_shuffle(bits, zero, 16, 16, 16, a, 16, 16, 16, b, 16, 16, 16, c, 16, 16, 16, d)
  signs[0] = TOP_BYTES(0, 1, 2, 3);
  signs[1] = TOP_BYTES(4, 5, 6, 7);
  signs[2] = TOP_BYTES(8, 9, 10, 11);
  signs[3] = TOP_BYTES(12, 13, 14, 15);
#undef TOP_BYTES
}
/* How many lanes have their sign bit set. */
INLINE int count_set(lanes a) { return __builtin_popcount(wasm_i8x16_bitmask(a)); }
/* a0+a1, a2+a3, b0+b1, b2+b3 */
INLINE lanes add_pairs(lanes a, lanes b) {
  return wasm_f32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

/*
 * Hides a value from the compiler, which otherwise turns "0 > x" into an arithmetic shift of bytes
 * and "a ^ (mask & (a ^ b))" into a bit selection: one instruction in wasm, but several on x86.
 * Without this the decoder runs at three quarters of the speed.
 */
#define HIDE(a) __asm__("" : "+r"(a))

/*
 * Values that are to be computed where they stand. A compiler free to move them computes them where
 * they are used, keeps all their operands until then, and engines, which follow the order of the
 * code, run out of registers.
 */
#define DONE_HERE(a, b, c) __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c))

#else
#include <smmintrin.h>

typedef __m128i lanes;

#define FLOATS(a) _mm_castsi128_ps(a)
#define LANES_OF(a) _mm_castps_si128(a)

INLINE lanes load(const void *from) { return _mm_loadu_si128((const __m128i *)from); }
INLINE void store(void *to, lanes a) { _mm_storeu_si128((__m128i *)to, a); }
INLINE lanes splat8(int a) { return _mm_set1_epi8((char)a); }
INLINE lanes add_saturating(lanes a, lanes b) { return _mm_adds_epi8(a, b); }
INLINE lanes subtract_saturating(lanes a, lanes b) { return _mm_subs_epi8(a, b); }
INLINE lanes subtract_unsigned(lanes a, lanes b) { return _mm_subs_epu8(a, b); }
INLINE lanes subtract8(lanes a, lanes b) { return _mm_sub_epi8(a, b); }
INLINE lanes absolute(lanes a) { return _mm_abs_epi8(a); }
INLINE lanes min_unsigned(lanes a, lanes b) { return _mm_min_epu8(a, b); }
INLINE lanes max_unsigned(lanes a, lanes b) { return _mm_max_epu8(a, b); }
INLINE lanes max8(lanes a, lanes b) { return _mm_max_epi8(a, b); }
INLINE lanes equal8(lanes a, lanes b) { return _mm_cmpeq_epi8(a, b); }
INLINE lanes greater8(lanes a, lanes b) { return _mm_cmpgt_epi8(a, b); }
INLINE lanes xor(lanes a, lanes b) { return _mm_xor_si128(a, b); }
INLINE lanes and(lanes a, lanes b) { return _mm_and_si128(a, b); }
INLINE lanes or(lanes a, lanes b) { return _mm_or_si128(a, b); }
INLINE int sign_bits(lanes a) { return _mm_movemask_epi8(a); }
INLINE int any(lanes a) { return !_mm_testz_si128(a, a); }

INLINE lanes splat_float(float a) { return LANES_OF(_mm_set1_ps(a)); }
INLINE lanes add_float(lanes a, lanes b) { return LANES_OF(_mm_add_ps(FLOATS(a), FLOATS(b))); }
INLINE lanes subtract_float(lanes a, lanes b) { return LANES_OF(_mm_sub_ps(FLOATS(a), FLOATS(b))); }
INLINE lanes multiply_float(lanes a, lanes b) { return LANES_OF(_mm_mul_ps(FLOATS(a), FLOATS(b))); }
INLINE lanes min_float(lanes a, lanes b) { return LANES_OF(_mm_min_ps(FLOATS(b), FLOATS(a))); }
INLINE lanes max_float(lanes a, lanes b) { return LANES_OF(_mm_max_ps(FLOATS(b), FLOATS(a))); }
INLINE lanes subtract32(lanes a, lanes b) { return _mm_sub_epi32(a, b); }
INLINE lanes splat32(int a) { return _mm_set1_epi32(a); }
INLINE lanes narrow(lanes a, lanes b, lanes c, lanes d) {
  return _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
}
INLINE void store_low_half(void *to, lanes a) { _mm_storel_epi64((__m128i *)to, a); }
INLINE void store_high_half(void *to, lanes a) { _mm_storeh_pd((double *)to, _mm_castsi128_pd(a)); }
INLINE void bits_to_signs(lanes bits, lanes signs[4]) {
  signs[0] = _mm_slli_epi32(_mm_cvtepu8_epi32(bits), 31);
  signs[1] = _mm_slli_epi32(_mm_cvtepu8_epi32(_mm_srli_si128(bits, 4)), 31);
  signs[2] = _mm_slli_epi32(_mm_cvtepu8_epi32(_mm_srli_si128(bits, 8)), 31);
  signs[3] = _mm_slli_epi32(_mm_cvtepu8_epi32(_mm_srli_si128(bits, 12)), 31);
}
INLINE int count_set(lanes a) { return __builtin_popcount((unsigned)_mm_movemask_epi8(a)); }
INLINE lanes add_pairs(lanes a, lanes b) { return LANES_OF(_mm_hadd_ps(FLOATS(a), FLOATS(b))); }

#define HIDE(a)
#define DONE_HERE(a, b, c)

#endif
#endif
