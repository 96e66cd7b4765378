/*
 * Gradient of max pooling: the first largest value of a window gets the window's gradient. The
 * kernel of tfjs starts from zero and so errs where all values of a window are negative.
 */
#include "geometry.h"
#include "simd.h"

EXPORT(max_pool_gradient)
void max_pool_gradient(const Geometry *g, const float *x, const float *dy, float *dx) {
  int c = g->channels, taps = g->filter_height * g->filter_width;
  clear(dx, g->batch * g->height * g->width * c);
  for (int p = 0; p < g->batch * g->out_height * g->out_width; p++) {
    Position at = output_position(g, p);
    for (int channel = 0; channel < c; channel++) {
      int winner = -1;
      for (int t = 0; t < taps; t++) {
        int pixel = input_pixel(g, at, t);
        if (pixel < 0) continue;
        if (winner < 0 || x[pixel * c + channel] > x[winner * c + channel]) winner = pixel;
      }
      if (winner >= 0) dx[winner * c + channel] += dy[p * c + channel];
    }
  }
}
