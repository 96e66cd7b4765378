/* Sums in double precision: rounded once, whatever the number of values. */
#include "simd.h"

/*
 * y[outer, inner] = scale * sum over the middle axis of x[outer, middle, inner].
 * `sums` holds `inner` doubles; inner = 1 sums contiguous values and needs none.
 */
EXPORT(sum_middle)
void sum_middle(int outer, int middle, int inner, const float *x, float *y, double scale,
                double *sums) {
  for (int o = 0; o < outer; o++, y += inner) {
    if (inner == 1) {
      v128_t low = wasm_f64x2_splat(0), high = low;
      int i = 0;
      for (; i + 4 <= middle; i += 4) {
        v128_t v = (v128_t)load(x + i);
        low = wasm_f64x2_add(low, wasm_f64x2_promote_low_f32x4(v));
        v = wasm_i64x2_shuffle(v, v, 1, 0);
        high = wasm_f64x2_add(high, wasm_f64x2_promote_low_f32x4(v));
      }
      v128_t both = wasm_f64x2_add(low, high);
      double sum = wasm_f64x2_extract_lane(both, 0) + wasm_f64x2_extract_lane(both, 1);
      for (; i < middle; i++) sum += x[i];
      *y = (float)(sum * scale);
      x += middle;
      continue;
    }
    for (int i = 0; i < inner; i++) sums[i] = 0;
    for (int m = 0; m < middle; m++, x += inner)
      for (int i = 0; i < inner; i++) sums[i] += x[i];
    for (int i = 0; i < inner; i++) y[i] = (float)(sums[i] * scale);
  }
}

/* Sum of squares, for the norm of gradients. */
EXPORT(sum_of_squares) double sum_of_squares(int n, const float *x) {
  double sums[4] = {0, 0, 0, 0};
  int i = 0;
  for (; i + 4 <= n; i += 4)
    for (int j = 0; j < 4; j++) sums[j] += (double)x[i + j] * x[i + j];
  for (; i < n; i++) sums[0] += (double)x[i] * x[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}
