/*
 * Normalisation over the last axis, forward and backward in one pass each over a row.
 *
 *   mean = sum(x) / c,  variance = sum((x - mean)^2) / (c - unbiased),  r = 1 / sqrt(variance + eps)
 *   y = (x - mean) r scale + offset
 *   with g = dy scale, h = (x - mean) r:
 *   dx = r (g - sum(g) / c - h sum(g h) / (c - unbiased))
 *   dscale = sum over rows of dy h,  doffset = sum over rows of dy
 */
#include "simd.h"

static float total(Lanes v) { return (v[0] + v[1]) + (v[2] + v[3]); }

static float row_mean(int c, const float *x) {
  Lanes sums = splat(0);
  int i = 0;
  for (; i + 4 <= c; i += 4) sums += load(x + i);
  float sum = total(sums);
  for (; i < c; i++) sum += x[i];
  return sum / c;
}

static float row_scale(int c, const float *x, float mean, float epsilon, int unbiased) {
  Lanes sums = splat(0);
  int i = 0;
  for (; i + 4 <= c; i += 4) {
    Lanes d = load(x + i) - splat(mean);
    sums = multiply_add(d, d, sums);
  }
  float sum = total(sums);
  for (; i < c; i++) sum += (x[i] - mean) * (x[i] - mean);
  return 1 / __builtin_sqrtf(sum / (c - unbiased) + epsilon);
}

EXPORT(layer_norm)
void layer_norm(int rows, int c, const float *x, const float *scale, const float *offset,
                float epsilon, int unbiased, float *y) {
  for (int row = 0; row < rows; row++, x += c, y += c) {
    float mean = row_mean(c, x), r = row_scale(c, x, mean, epsilon, unbiased);
    int i = 0;
    for (; i + 4 <= c; i += 4) {
      Lanes h = (load(x + i) - splat(mean)) * splat(r);
      store(y + i, multiply_add(h, load(scale + i), load(offset + i)));
    }
    for (; i < c; i++) y[i] = (x[i] - mean) * r * scale[i] + offset[i];
  }
}

EXPORT(layer_norm_gradient)
void layer_norm_gradient(int rows, int c, const float *x, const float *scale, const float *dy,
                         float epsilon, int unbiased, float *dx, float *dscale, float *doffset) {
  clear(dscale, c);
  clear(doffset, c);
  for (int row = 0; row < rows; row++, x += c, dy += c, dx += c) {
    float mean = row_mean(c, x), r = row_scale(c, x, mean, epsilon, unbiased);
    Lanes sums = splat(0), products = splat(0);
    int i = 0;
    for (; i + 4 <= c; i += 4) {
      Lanes d = load(dy + i), h = (load(x + i) - splat(mean)) * splat(r), g = d * load(scale + i);
      sums += g;
      products = multiply_add(g, h, products);
      store(dscale + i, multiply_add(d, h, load(dscale + i)));
      store(doffset + i, load(doffset + i) + d);
    }
    float sum = total(sums), product = total(products);
    for (; i < c; i++) {
      float h = (x[i] - mean) * r, g = dy[i] * scale[i];
      sum += g;
      product += g * h;
      dscale[i] += dy[i] * h;
      doffset[i] += dy[i];
    }
    sum /= c;
    product /= c - unbiased;
    i = 0;
    for (; i + 4 <= c; i += 4) {
      Lanes h = (load(x + i) - splat(mean)) * splat(r), g = load(dy + i) * load(scale + i);
      store(dx + i, splat(r) * (g - splat(sum) - h * splat(product)));
    }
    for (; i < c; i++)
      dx[i] = r * (dy[i] * scale[i] - sum - (x[i] - mean) * r * product);
  }
}
