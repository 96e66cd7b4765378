/*
 * The element-wise parts of generalised divisive normalisation, on a block of rows; the matrix
 * products between them are the caller's.
 *
 *   norm = beta + x^2 gamma,   y = x / sqrt(norm)   or, inverse,   y = x sqrt(norm)
 *   slope = dL/dnorm = -dy x norm^(-3/2) / 2        or             dy x norm^(-1/2) / 2
 *   dx = dy norm^(-1/2) + 2 x (slope gamma^T)       or             dy norm^(1/2) + ...
 *   dgamma = (x^2)^T slope,   dbeta = sum of slope over rows
 */
#include "simd.h"

/* squares = x^2, norm = beta in every row (the caller adds squares * gamma). */
EXPORT(gdn_open)
void gdn_open(int rows, int c, const float *x, const float *beta, float *squares, float *norm) {
  for (int row = 0; row < rows; row++, norm += c) copy(norm, beta, c);
  int n = rows * c, i = 0;
  for (; i + 4 <= n; i += 4) {
    Lanes a = load(x + i);
    store(squares + i, a * a);
  }
  for (; i < n; i++) squares[i] = x[i] * x[i];
}

EXPORT(gdn_apply) void gdn_apply(int n, const float *x, const float *norm, int inverse, float *y) {
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    Lanes root = square_root(load(norm + i));
    store(y + i, inverse ? load(x + i) * root : load(x + i) / root);
  }
  for (; i < n; i++) {
    float root = __builtin_sqrtf(norm[i]);
    y[i] = inverse ? x[i] * root : x[i] / root;
  }
}

/* slope, and the part of dx that does not pass through other channels. */
EXPORT(gdn_slope)
void gdn_slope(int n, const float *x, const float *dy, const float *norm, int inverse, float *slope,
               float *dx) {
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    Lanes v = load(norm + i), root = square_root(v), g = load(dy + i), half = g * load(x + i) * .5f;
    store(slope + i, inverse ? half / root : -half / (v * root));
    store(dx + i, inverse ? g * root : g / root);
  }
  for (; i < n; i++) {
    float root = __builtin_sqrtf(norm[i]), half = dy[i] * x[i] * .5f;
    slope[i] = inverse ? half / root : -half / (norm[i] * root);
    dx[i] = inverse ? dy[i] * root : dy[i] / root;
  }
}

/* dx += 2 x mixed, with mixed = slope gamma^T; dbeta += column sums of slope. */
EXPORT(gdn_close)
void gdn_close(int rows, int c, const float *x, const float *mixed, const float *slope, float *dx,
               float *dbeta) {
  int n = rows * c, i = 0;
  for (; i + 4 <= n; i += 4)
    store(dx + i, multiply_add(2 * load(x + i), load(mixed + i), load(dx + i)));
  for (; i < n; i++) dx[i] += 2 * x[i] * mixed[i];
  for (int row = 0; row < rows; row++) accumulate(dbeta, slope + row * c, c);
}
