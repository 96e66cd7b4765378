/*
 * Standard normals from Philox4x32-10 by Box-Muller in float32, four counters at a time.
 *
 * The arithmetic, its order and its constants are those of core/normals.ts, to the bit: integers and
 * correctly rounded +, -, *, sqrt. Compile with -ffp-contract=off; never with -ffast-math.
 *
 * Runs on wasm SIMD128, on SSE4.1, and on any target of GCC 12 or clang through vector extensions.
 */
#ifndef SEMCAST_NORMALS_H
#define SEMCAST_NORMALS_H

#include <stdint.h>

typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));
typedef f32x4 f32x4_unaligned __attribute__((aligned(4)));

#define NORMALS_INLINE static inline __attribute__((always_inline))

/* What vector extensions cannot say, or compilers do not recognise. */
#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

/* Upper and lower halves of the 64-bit products of unsigned lanes; b is a splat. */
NORMALS_INLINE void normals_multiply(u32x4 a, u32x4 b, u32x4 *high, u32x4 *low) {
  /* Keeps the widening of b with its multiplication: moved out of a loop on its own, what is left is
     a multiplication of full 64-bit lanes, three times as long. */
  __asm__ volatile("" : "+r"(b));
  v128_t first = wasm_u64x2_extmul_low_u32x4((v128_t)a, (v128_t)b);
  v128_t last = wasm_u64x2_extmul_high_u32x4((v128_t)a, (v128_t)b);
  *low = (u32x4)wasm_i32x4_shuffle(first, last, 0, 2, 4, 6);
  *high = (u32x4)wasm_i32x4_shuffle(first, last, 1, 3, 5, 7);
}
NORMALS_INLINE f32x4 normals_sqrt(f32x4 a) { return (f32x4)wasm_f32x4_sqrt((v128_t)a); }
NORMALS_INLINE u32x4 normals_min(u32x4 a, u32x4 b) {
  return (u32x4)wasm_u32x4_min((v128_t)a, (v128_t)b);
}
NORMALS_INLINE i32x4 normals_max(i32x4 a, i32x4 b) {
  return (i32x4)wasm_i32x4_max((v128_t)a, (v128_t)b);
}

#elif defined(__SSE4_1__)
#include <smmintrin.h>

NORMALS_INLINE void normals_multiply(u32x4 a, u32x4 b, u32x4 *high, u32x4 *low) {
  __m128i even = _mm_mul_epu32((__m128i)a, (__m128i)b);
  __m128i odd = _mm_mul_epu32(_mm_srli_epi64((__m128i)a, 32), (__m128i)b);
  *low = (u32x4)_mm_blend_epi16(even, _mm_slli_epi64(odd, 32), 0xcc);
  *high = (u32x4)_mm_blend_epi16(_mm_srli_epi64(even, 32), odd, 0xcc);
}
NORMALS_INLINE f32x4 normals_sqrt(f32x4 a) { return (f32x4)_mm_sqrt_ps((__m128)a); }
NORMALS_INLINE u32x4 normals_min(u32x4 a, u32x4 b) {
  return (u32x4)_mm_min_epu32((__m128i)a, (__m128i)b);
}
NORMALS_INLINE i32x4 normals_max(i32x4 a, i32x4 b) {
  return (i32x4)_mm_max_epi32((__m128i)a, (__m128i)b);
}

#else

NORMALS_INLINE void normals_multiply(u32x4 a, u32x4 b, u32x4 *high, u32x4 *low) {
  for (int lane = 0; lane < 4; lane++) {
    uint64_t product = (uint64_t)a[lane] * b[lane];
    (*low)[lane] = (uint32_t)product;
    (*high)[lane] = (uint32_t)(product >> 32);
  }
}
NORMALS_INLINE f32x4 normals_sqrt(f32x4 a) {
  for (int lane = 0; lane < 4; lane++) a[lane] = __builtin_sqrtf(a[lane]);
  return a;
}
NORMALS_INLINE u32x4 normals_min(u32x4 a, u32x4 b) {
  u32x4 less = (u32x4)(a < b);
  return (a & less) | (b & ~less);
}
NORMALS_INLINE i32x4 normals_max(i32x4 a, i32x4 b) {
  i32x4 more = a > b;
  return (a & more) | (b & ~more);
}

#endif

NORMALS_INLINE u32x4 normals_splat(uint32_t a) { return (u32x4){a, a, a, a}; }
NORMALS_INLINE f32x4 normals_splat_float(float a) { return (f32x4){a, a, a, a}; }
NORMALS_INLINE f32x4 normals_convert(u32x4 a) {
  return __builtin_convertvector((i32x4)a, f32x4);
}

/*
 * One stream: a key, the upper three words of its counters, and every constant of the arithmetic as
 * a vector. Constants in memory cost one load; as literals, engines build each anew at every use.
 */
typedef struct {
  u32x4 multiplier[2];
  u32x4 first_c2, second_c0, second_c2, third_c0, third_c2; /* what rounds 1 to 3 xor in */
  u32x4 round_key[14];                                      /* rounds 4 to 10, k0 and k1 */
  u32x4 lanes, mantissa, one_half_exponent, sign, exponent_offset;
  f32x4 half, one, minus_2_32, plus_2_31, twice_ln2;
  f32x4 logarithm[8], sine[5], cosine[5];
} normals_stream;

enum { NORMALS_M0 = 0xd2511f53, NORMALS_M1 = 0xcd9e8d57 };

/*
 * Opens the stream of a key k0, k1 and the counter words c1, c2, c3. Only c0 differs between the
 * counters of a stream, so half of the products of the first two rounds are made here, once.
 */
static __attribute__((noinline)) void normals_open(
    normals_stream *stream, uint32_t k0, uint32_t k1, uint32_t c1, uint32_t c2, uint32_t c3) {
  static const float logarithm[8] = {
      1.9999997615814209f, 1.0000686645507812f, 0.66382378339767456f, 0.54353910684585571f,
      0.080835260450839996f, 1.5580818653106689f, -2.1457915306091309f, 2.3605260848999023f};
  static const float sine[5] = {1.5707963705062866f, -0.64596438407897949f, 0.079692028462886810f,
                                -0.0046768197789788246f, 0.00015281437663361430f};
  static const float cosine[5] = {0.99999994039535522f, -1.2336980104446411f, 0.25364995002746582f,
                                  -0.020809518173336983f, 0.00085768237477168441f};
  uint32_t key0[10], key1[10];
  for (int round = 0; round < 10; round++) {
    key0[round] = k0 + (uint32_t)round * 0x9e3779b9u;
    key1[round] = k1 + (uint32_t)round * 0xbb67ae85u;
  }
  uint64_t fixed1 = (uint64_t)(uint32_t)NORMALS_M1 * c2;
  uint32_t c0 = (uint32_t)(fixed1 >> 32) ^ c1 ^ key0[0];
  uint64_t fixed2 = (uint64_t)(uint32_t)NORMALS_M0 * c0;
  stream->multiplier[0] = normals_splat((uint32_t)NORMALS_M0);
  stream->multiplier[1] = normals_splat((uint32_t)NORMALS_M1);
  stream->first_c2 = normals_splat(c3 ^ key1[0]);
  stream->second_c0 = normals_splat((uint32_t)fixed1 ^ key0[1]);
  stream->second_c2 = normals_splat((uint32_t)(fixed2 >> 32) ^ key1[1]);
  stream->third_c0 = normals_splat(key0[2]);
  stream->third_c2 = normals_splat((uint32_t)fixed2 ^ key1[2]);
  for (int round = 3; round < 10; round++) {
    stream->round_key[2 * (round - 3)] = normals_splat(key0[round]);
    stream->round_key[2 * (round - 3) + 1] = normals_splat(key1[round]);
  }
  stream->lanes = (u32x4){0, 1, 2, 3};
  stream->mantissa = normals_splat(0x807fffff);
  stream->one_half_exponent = normals_splat(0x3f000000);
  stream->sign = normals_splat(0x80000000);
  stream->exponent_offset = normals_splat(158);
  stream->half = normals_splat_float(0.5f);
  stream->one = normals_splat_float(1.0f);
  stream->minus_2_32 = normals_splat_float(-0x1p-32f);
  stream->plus_2_31 = normals_splat_float(0x1p-31f);
  stream->twice_ln2 = normals_splat_float(1.3862943611198906f);
  for (int i = 0; i < 8; i++) stream->logarithm[i] = normals_splat_float(logarithm[i]);
  for (int i = 0; i < 5; i++) stream->sine[i] = normals_splat_float(sine[i]);
  for (int i = 0; i < 5; i++) stream->cosine[i] = normals_splat_float(cosine[i]);
}

/* Philox4x32-10 of the counters c0 = counter + 0, 1, 2, 3 (mod 2^32). */
NORMALS_INLINE void normals_philox(const normals_stream *s, uint32_t counter, u32x4 words[4]) {
  u32x4 c0, c1, c2, c3, high0, high1, low0, low1;
  normals_multiply(normals_splat(counter) + s->lanes, s->multiplier[0], &high0, &low0);
  c2 = high0 ^ s->first_c2;
  c3 = low0;
  normals_multiply(c2, s->multiplier[1], &high1, &low1);
  c0 = high1 ^ s->second_c0;
  c1 = low1;
  c2 = c3 ^ s->second_c2;
  normals_multiply(c2, s->multiplier[1], &high1, &low1);
  normals_multiply(c0, s->multiplier[0], &high0, &low0);
  c0 = high1 ^ c1 ^ s->third_c0;
  c1 = low1;
  c2 = high0 ^ s->third_c2;
  c3 = low0;
#pragma GCC unroll 7
  for (int round = 0; round < 7; round++) {
    normals_multiply(c2, s->multiplier[1], &high1, &low1);
    normals_multiply(c0, s->multiplier[0], &high0, &low0);
    c0 = high1 ^ c1 ^ s->round_key[2 * round];
    c1 = low1;
    c2 = high0 ^ c3 ^ s->round_key[2 * round + 1];
    c3 = low0;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

/* -2 ln((word + 1/2) / 2^32). See minusTwoLog of core/normals.ts; min and max choose its branch. */
NORMALS_INLINE f32x4 normals_minus_two_log(const normals_stream *s, u32x4 word) {
  f32x4 w = normals_convert(word) + s->half;
  u32x4 bits = (u32x4)w;
  /* Near 1 (w < 0) x is 1 - u, and 1 - mantissa lies above it, in (1, 2]. Near 0 (w > 0) the first
     is negative, which as an unsigned integer is the larger one. */
  f32x4 near_one = w * s->minus_2_32;
  f32x4 near_zero = s->one - (f32x4)((bits & s->mantissa) | s->one_half_exponent);
  f32x4 x = (f32x4)normals_min((u32x4)near_one, (u32x4)near_zero);
  /* The sign bit makes this negative where w < 0. */
  i32x4 halvings = normals_max((i32x4)(s->exponent_offset - (bits >> 23)), (i32x4){0});
  f32x4 x2 = x * x, x4 = x2 * x2; /* Estrin's order: a shorter chain of operations than Horner's */
  f32x4 low = (s->logarithm[3] * x + s->logarithm[2]) * x2 + (s->logarithm[1] * x + s->logarithm[0]);
  f32x4 high = (s->logarithm[7] * x + s->logarithm[6]) * x2 + (s->logarithm[5] * x + s->logarithm[4]);
  f32x4 p = high * x4 + low;
  return p * x + normals_convert((u32x4)halvings) * s->twice_ln2;
}

/* Two normals of each lane from two words. */
NORMALS_INLINE void normals_box_muller(
    const normals_stream *s, u32x4 word, u32x4 angle, f32x4 *cosine, f32x4 *sine) {
  f32x4 radius = normals_sqrt(normals_minus_two_log(s, word));
  u32x4 doubled = angle << 1;
  f32x4 r = (f32x4)((u32x4)radius ^ ((angle ^ doubled) & s->sign));
  f32x4 v = (normals_convert(doubled) + s->one) * s->plus_2_31;
  f32x4 z = v * v;
  f32x4 sn = s->sine[4] * z + s->sine[3];
  f32x4 cs = s->cosine[4] * z + s->cosine[3];
  sn = sn * z + s->sine[2];
  cs = cs * z + s->cosine[2];
  sn = sn * z + s->sine[1];
  cs = cs * z + s->cosine[1];
  sn = sn * z + s->sine[0];
  cs = cs * z + s->cosine[0];
  *cosine = r * cs;
  *sine = r * (sn * v);
}

/* 16 normals of the counters counter .. counter + 3, by lane: n[i] holds value i of each counter. */
NORMALS_INLINE void normals_by_lane(const normals_stream *s, uint32_t counter, f32x4 n[4]) {
  u32x4 words[4];
  normals_philox(s, counter, words);
  normals_box_muller(s, words[0], words[1], &n[0], &n[1]);
  normals_box_muller(s, words[2], words[3], &n[2], &n[3]);
}

/* 16 normals of the counters counter .. counter + 3, in order: n[i] holds the values of counter + i. */
NORMALS_INLINE void normals_in_order(const normals_stream *s, uint32_t counter, f32x4 n[4]) {
  f32x4 m[4];
  normals_by_lane(s, counter, m);
  f32x4 a = __builtin_shufflevector(m[0], m[1], 0, 4, 1, 5);
  f32x4 b = __builtin_shufflevector(m[2], m[3], 0, 4, 1, 5);
  f32x4 c = __builtin_shufflevector(m[0], m[1], 2, 6, 3, 7);
  f32x4 d = __builtin_shufflevector(m[2], m[3], 2, 6, 3, 7);
  n[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  n[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  n[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  n[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

#endif
