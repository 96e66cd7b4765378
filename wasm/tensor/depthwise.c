/*
 * Depthwise convolution and its gradients: x[n, h, w, c], filter[kh, kw, c, m], output channel
 * c * m + q. Vector code serves m = 1, the common case.
 */
#include "geometry.h"
#include "simd.h"

/* y[c, q] += x[c] w[c, q] */
static void add_product(int c, int m, const float *x, const float *w, float *y) {
  int i = 0;
  if (m == 1)
    for (; i + 4 <= c; i += 4) store(y + i, multiply_add(load(x + i), load(w + i), load(y + i)));
  for (; i < c; i++)
    for (int q = 0; q < m; q++) y[i * m + q] += x[i] * w[i * m + q];
}

/* dx[c] += sum over q of dy[c, q] w[c, q] */
static void add_inner_product(int c, int m, const float *dy, const float *w, float *dx) {
  if (m == 1) {
    add_product(c, 1, dy, w, dx);
    return;
  }
  for (int i = 0; i < c; i++)
    for (int q = 0; q < m; q++) dx[i] += dy[i * m + q] * w[i * m + q];
}

static int positions(const Geometry *g) { return g->batch * g->out_height * g->out_width; }

EXPORT(depthwise)
void depthwise(const Geometry *g, const float *x, const float *w, float *y) {
  int c = g->channels, k = g->out_channels, taps = g->filter_height * g->filter_width;
  clear(y, positions(g) * k);
  for (int p = 0; p < positions(g); p++) {
    Position at = output_position(g, p);
    for (int t = 0; t < taps; t++) {
      int pixel = input_pixel(g, at, t);
      if (pixel >= 0) add_product(c, k / c, x + pixel * c, w + t * k, y + p * k);
    }
  }
}

EXPORT(depthwise_input_gradient)
void depthwise_input_gradient(const Geometry *g, const float *dy, const float *w, float *dx) {
  int c = g->channels, k = g->out_channels, taps = g->filter_height * g->filter_width;
  clear(dx, g->batch * g->height * g->width * c);
  for (int p = 0; p < positions(g); p++) {
    Position at = output_position(g, p);
    for (int t = 0; t < taps; t++) {
      int pixel = input_pixel(g, at, t);
      if (pixel >= 0) add_inner_product(c, k / c, dy + p * k, w + t * k, dx + pixel * c);
    }
  }
}

/* Floats of scratch of the filter gradient. */
EXPORT(depthwise_filter_scratch) int depthwise_filter_scratch(const Geometry *g) {
  return g->filter_height * g->filter_width * g->out_channels;
}

/* Sums of one output row at a time go into `part`: the rounding error grows with rows, not pixels. */
EXPORT(depthwise_filter_gradient)
void depthwise_filter_gradient(const Geometry *g, const float *x, const float *dy, float *dw,
                               float *part) {
  int c = g->channels, k = g->out_channels, m = k / c, taps = g->filter_height * g->filter_width;
  clear(dw, taps * k);
  for (int row = 0; row < g->batch * g->out_height; row++) {
    clear(part, taps * k);
    for (int p = row * g->out_width; p < (row + 1) * g->out_width; p++) {
      Position at = output_position(g, p);
      for (int t = 0; t < taps; t++) {
        int pixel = input_pixel(g, at, t);
        if (pixel < 0) continue;
        const float *in = x + pixel * c, *out = dy + p * k;
        float *sum = part + t * k;
        if (m == 1) add_product(c, 1, in, out, sum);
        else
          for (int i = 0; i < c; i++)
            for (int q = 0; q < m; q++) sum[i * m + q] += in[i] * out[i * m + q];
      }
    }
    accumulate(dw, part, taps * k);
  }
}
