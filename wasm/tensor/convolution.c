/*
 * Convolution, its input gradient and its filter gradient for any stride, dilation and padding, as
 * matrix products over blocks of output positions.
 */
#include "gemm.h"
#include "geometry.h"
#include "simd.h"

/* Filter taps whose channels fit a product of about `limit` values; at least one. */
static int taps_together(const Geometry *g, int limit) {
  int taps = limit / g->channels;
  return taps < 1 ? 1 : smaller(taps, g->filter_height * g->filter_width);
}

/* Rows of the matrix of patches: columns[row][tap][channel] for taps [first, last). */
static void gather_patches(const Geometry *g, const float *x, int row, int rows, int first,
                           int last, float *columns) {
  int c = g->channels;
  for (int r = 0; r < rows; r++) {
    Position at = output_position(g, row + r);
    for (int tap = first; tap < last; tap++, columns += c) {
      int pixel = input_pixel(g, at, tap);
      if (pixel < 0) clear(columns, c);
      else copy(columns, x + pixel * c, c);
    }
  }
}

EXPORT(convolution_scratch) int convolution_scratch(const Geometry *g) {
  int all = g->filter_height * g->filter_width * g->channels;
  int depth = taps_together(g, DEPTH_BLOCK) * g->channels;
  return packed_columns(all, g->out_channels) + packed_rows(ROW_BLOCK, depth) + ROW_BLOCK * depth;
}

EXPORT(convolution)
void convolution(const Geometry *g, const float *x, const float *w, float *y, float *scratch) {
  int positions = g->batch * g->out_height * g->out_width, c = g->channels, k = g->out_channels;
  int taps = g->filter_height * g->filter_width, together = taps_together(g, DEPTH_BLOCK);
  float *filter = scratch, *panels = filter + packed_columns(taps * c, k);
  float *patches = panels + packed_rows(ROW_BLOCK, together * c);
  for (int t = 0; t < taps; t += together) {
    int depth = smaller(together, taps - t) * c;
    pack_columns(depth, k, w + t * c * k, k, 1, filter + packed_columns(t * c, k));
  }
  for (int row = 0; row < positions; row += ROW_BLOCK) {
    int rows = smaller(positions - row, ROW_BLOCK);
    for (int t = 0; t < taps; t += together) {
      int last = t + smaller(together, taps - t), depth = (last - t) * c;
      gather_patches(g, x, row, rows, t, last, patches);
      pack_rows(rows, depth, patches, depth, 1, panels);
      multiply_panels(rows, k, depth, panels, filter + packed_columns(t * c, k), y + row * k, k,
                      t > 0);
    }
  }
}

EXPORT(convolution_filter_scratch) int convolution_filter_scratch(const Geometry *g) {
  int rows = taps_together(g, ROW_BLOCK) * g->channels;
  return packed_columns(DEPTH_BLOCK, g->out_channels) + packed_rows(rows, DEPTH_BLOCK) +
         rows * DEPTH_BLOCK;
}

/* dw[tap, c, k] = sum over positions of patch[tap, c] dy[k]. */
EXPORT(convolution_filter_gradient)
void convolution_filter_gradient(const Geometry *g, const float *x, const float *dy, float *dw,
                                 float *scratch) {
  int positions = g->batch * g->out_height * g->out_width, c = g->channels, k = g->out_channels;
  int taps = g->filter_height * g->filter_width, together = taps_together(g, ROW_BLOCK);
  float *packed_dy = scratch, *panels = packed_dy + packed_columns(DEPTH_BLOCK, k);
  float *patches = panels + packed_rows(together * c, DEPTH_BLOCK);
  clear(dw, taps * c * k);
  for (int row = 0; row < positions; row += DEPTH_BLOCK) {
    int depth = smaller(positions - row, DEPTH_BLOCK);
    pack_columns(depth, k, dy + row * k, k, 1, packed_dy);
    for (int t = 0; t < taps; t += together) {
      int last = t + smaller(together, taps - t), rows = (last - t) * c;
      gather_patches(g, x, row, depth, t, last, patches);
      pack_rows(rows, depth, patches, 1, rows, panels);
      multiply_panels(rows, k, depth, panels, packed_dy, dw + t * c * k, k, 1);
    }
  }
}

EXPORT(convolution_input_scratch) int convolution_input_scratch(const Geometry *g) {
  int taps = g->filter_height * g->filter_width;
  return packed_columns(taps * g->out_channels, g->channels) +
         packed_rows(ROW_BLOCK, g->out_channels) + ROW_BLOCK * g->channels;
}

/* dx: each tap's product dy w^T is added where the tap read from. */
EXPORT(convolution_input_gradient)
void convolution_input_gradient(const Geometry *g, const float *dy, const float *w, float *dx,
                                float *scratch) {
  int positions = g->batch * g->out_height * g->out_width, c = g->channels, k = g->out_channels;
  int taps = g->filter_height * g->filter_width, packed_tap = packed_columns(k, c);
  float *filter = scratch, *panels = filter + packed_columns(taps * k, c);
  float *product = panels + packed_rows(ROW_BLOCK, k);
  clear(dx, g->batch * g->height * g->width * c);
  for (int t = 0; t < taps; t++) pack_columns(k, c, w + t * c * k, 1, k, filter + t * packed_tap);
  for (int row = 0; row < positions; row += ROW_BLOCK) {
    int rows = smaller(positions - row, ROW_BLOCK);
    pack_rows(rows, k, dy + row * k, k, 1, panels);
    for (int t = 0; t < taps; t++) {
      multiply_panels(rows, c, k, panels, filter + t * packed_tap, product, c, 0);
      for (int r = 0; r < rows; r++) {
        int pixel = input_pixel(g, output_position(g, row + r), t);
        if (pixel >= 0) accumulate(dx + pixel * c, product + r * c, c);
      }
    }
  }
}
