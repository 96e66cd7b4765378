/*
 * Four floats at a time, and what every kernel of this folder relies on.
 *
 * The module has no memory of its own: it is instantiated on the memory of another module, so it
 * may hold no static data (build.ts refuses a data section) and gets every buffer by address.
 */
#ifndef SEMCAST_TENSOR_SIMD_H
#define SEMCAST_TENSOR_SIMD_H

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

typedef float Lanes __attribute__((vector_size(16)));
/* Tensors lie at multiples of 8 bytes only. */
typedef Lanes UnalignedLanes __attribute__((aligned(4)));

static inline Lanes load(const float *p) { return *(const UnalignedLanes *)p; }
static inline void store(float *p, Lanes v) { *(UnalignedLanes *)p = v; }
static inline Lanes splat(float x) { return (Lanes){x, x, x, x}; }

/* a * b + c: one rounding with relaxed SIMD where the machine has it, else two. */
static inline Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
#ifdef __wasm_relaxed_simd__
  return (Lanes)__builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
  return a * b + c;
#endif
}

static inline Lanes square_root(Lanes a) { return (Lanes)wasm_f32x4_sqrt((v128_t)a); }

/* mask ? a : b, lane by lane; masks come from comparisons. */
static inline Lanes choose(v128_t mask, Lanes a, Lanes b) {
  return (Lanes)wasm_v128_bitselect((v128_t)a, (v128_t)b, mask);
}
static inline v128_t positive(Lanes a) { return wasm_f32x4_gt((v128_t)a, (v128_t)splat(0)); }

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int round_up(int value, int step) { return (value + step - 1) / step * step; }
static inline void clear(float *p, int n) { __builtin_memset(p, 0, n * sizeof(float)); }
static inline void copy(float *to, const float *from, int n) {
  __builtin_memcpy(to, from, n * sizeof(float));
}

/* y += x */
static inline void accumulate(float *y, const float *x, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, load(y + i) + load(x + i));
  for (; i < n; i++) y[i] += x[i];
}

#endif
