/*
 * 3x3 convolutions of stride 1 by Winograd's minimal filtering F(4x4, 3x3): a quarter of the
 * multiplications. Source: Lavin, Gray, Fast algorithms for convolutional neural networks,
 * arXiv:1509.09308, section 4.3.
 *
 *   y = A^T [(G w G^T) * (B^T x B)] A      * is the product per component, a sum over channels
 *   dw = G^T [(B^T x B) * (A dy A^T)] G    summed over tiles: the adjoint of the above in w
 *
 * A tile makes 4x4 outputs of 6x6 inputs; its 36 components are 36 independent matrix products
 * [tiles, channels] x [channels, out_channels]. Channels must be multiples of 4.
 */
#include "gemm.h"
#include "geometry.h"
#include "simd.h"

enum { TILE = 4, PATCH = 6, COMPONENTS = 36 };

/* B^T d, A^T m, A y, on vectors with a stride of s. */
static inline void input_transform(Lanes *d, int s) {
  Lanes d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s];
  Lanes even = d4 - 4 * d2, odd = d3 - 4 * d1, even2 = d4 - d2, odd2 = 2 * (d3 - d1);
  d[0] = 4 * d0 - 5 * d2 + d4;
  d[s] = even + odd;
  d[2 * s] = even - odd;
  d[3 * s] = even2 + odd2;
  d[4 * s] = even2 - odd2;
  d[5 * s] = 4 * d1 - 5 * d3 + d5;
}
static inline void output_transform(Lanes *m, int s) {
  Lanes sum = m[s] + m[2 * s], difference = m[s] - m[2 * s];
  Lanes sum2 = m[3 * s] + m[4 * s], difference2 = m[3 * s] - m[4 * s];
  m[0] = m[0] + sum + sum2;
  m[s] = difference + 2 * difference2;
  m[2 * s] = sum + 4 * sum2;
  m[3 * s] = difference + 8 * difference2 + m[5 * s];
}
static inline void output_adjoint(Lanes *y, int s) {
  Lanes y0 = y[0], y1 = y[s], y2 = y[2 * s], y3 = y[3 * s];
  Lanes even = y0 + y2, odd = y1 + y3, even2 = y0 + 4 * y2, odd2 = 2 * y1 + 8 * y3;
  y[s] = even + odd;
  y[2 * s] = even - odd;
  y[3 * s] = even2 + odd2;
  y[4 * s] = even2 - odd2;
  y[5 * s] = y3;
}

/* G g and its adjoint G^T u. */
static inline void filter_transform(const float g[3], float u[6]) {
  float even = (g[0] + g[2]) * (-1.f / 6), odd = g[1] * (1.f / 6);
  float even2 = g[0] * (1.f / 24) + g[2] * (1.f / 6), odd2 = g[1] * (1.f / 12);
  u[0] = g[0] * .25f;
  u[1] = even - odd;
  u[2] = even + odd;
  u[3] = even2 + odd2;
  u[4] = even2 - odd2;
  u[5] = g[2];
}
static inline void filter_adjoint(const float u[6], float g[3]) {
  float sum = (u[1] + u[2]) * (1.f / 6), sum2 = u[3] + u[4];
  g[0] = u[0] * .25f - sum + sum2 * (1.f / 24);
  g[1] = (u[2] - u[1]) * (1.f / 6) + (u[3] - u[4]) * (1.f / 12);
  g[2] = sum2 * (1.f / 6) - sum + u[5];
}

static int tile_count(const Geometry *g) {
  return g->batch * ((g->out_height + TILE - 1) / TILE) * ((g->out_width + TILE - 1) / TILE);
}
static Position tile_position(const Geometry *g, int tile) {
  int across = (g->out_width + TILE - 1) / TILE, down = (g->out_height + TILE - 1) / TILE;
  int row = tile / across;
  return (Position){row / down, row % down * TILE, tile % across * TILE};
}

/* Components of input tiles: to[component][tile][channel]. */
static void transform_inputs(const Geometry *g, const float *x, int first, int tiles, float *to) {
  int c = g->channels;
  for (int t = 0; t < tiles; t++) {
    Position at = tile_position(g, first + t);
    int y0 = at.y - g->top, x0 = at.x - g->left;
    for (int channel = 0; channel < c; channel += 4) {
      Lanes d[COMPONENTS];
      for (int i = 0; i < PATCH; i++)
        for (int j = 0; j < PATCH; j++) {
          int y = y0 + i, column = x0 + j;
          int inside = y >= 0 && y < g->height && column >= 0 && column < g->width;
          int pixel = (at.image * g->height + y) * g->width + column;
          d[i * PATCH + j] = inside ? load(x + pixel * c + channel) : splat(0);
        }
      for (int j = 0; j < PATCH; j++) input_transform(d + j, PATCH);
      for (int i = 0; i < PATCH; i++) input_transform(d + i * PATCH, 1);
      for (int i = 0; i < COMPONENTS; i++) store(to + (i * tiles + t) * c + channel, d[i]);
    }
  }
}

/* y[tile] = A^T m A, cut off at the picture's edge. */
static void transform_outputs(const Geometry *g, const float *m, int first, int tiles, float *y) {
  int k = g->out_channels;
  for (int t = 0; t < tiles; t++) {
    Position at = tile_position(g, first + t);
    int high = smaller(TILE, g->out_height - at.y), wide = smaller(TILE, g->out_width - at.x);
    float *to = y + ((at.image * g->out_height + at.y) * g->out_width + at.x) * k;
    for (int channel = 0; channel < k; channel += 4) {
      Lanes d[COMPONENTS];
      for (int i = 0; i < COMPONENTS; i++) d[i] = load(m + (i * tiles + t) * k + channel);
      for (int j = 0; j < PATCH; j++) output_transform(d + j, PATCH);
      for (int i = 0; i < TILE; i++) output_transform(d + i * PATCH, 1);
      for (int i = 0; i < high; i++)
        for (int j = 0; j < wide; j++)
          store(to + (i * g->out_width + j) * k + channel, d[i * PATCH + j]);
    }
  }
}

/* to[component][tile][channel] = A dy A^T, outputs beyond the edge zero. */
static void transform_gradients(const Geometry *g, const float *dy, int first, int tiles,
                                float *to) {
  int k = g->out_channels;
  for (int t = 0; t < tiles; t++) {
    Position at = tile_position(g, first + t);
    int high = smaller(TILE, g->out_height - at.y), wide = smaller(TILE, g->out_width - at.x);
    const float *from = dy + ((at.image * g->out_height + at.y) * g->out_width + at.x) * k;
    for (int channel = 0; channel < k; channel += 4) {
      Lanes d[COMPONENTS];
      for (int i = 0; i < TILE; i++)
        for (int j = 0; j < TILE; j++)
          d[i * PATCH + j] = i < high && j < wide
                                 ? load(from + (i * g->out_width + j) * k + channel)
                                 : splat(0);
      for (int j = 0; j < TILE; j++) output_adjoint(d + j, PATCH);
      for (int i = 0; i < PATCH; i++) output_adjoint(d + i * PATCH, 1);
      for (int i = 0; i < COMPONENTS; i++) store(to + (i * tiles + t) * k + channel, d[i]);
    }
  }
}

/* G w G^T to[component][c][k]; `turned` reads w[3, 3, k, c] rotated by 180 degrees. */
static void transform_filter(int c, int k, const float *w, int turned, float *to) {
  for (int i = 0; i < c; i++)
    for (int j = 0; j < k; j++) {
      float lines[3][6], column[6];
      for (int tx = 0; tx < 3; tx++) {
        float g[3];
        for (int ty = 0; ty < 3; ty++) {
          int tap = 3 * ty + tx;
          g[ty] = turned ? w[((8 - tap) * k + j) * c + i] : w[(tap * c + i) * k + j];
        }
        filter_transform(g, lines[tx]);
      }
      for (int row = 0; row < PATCH; row++) {
        filter_transform((float[3]){lines[0][row], lines[1][row], lines[2][row]}, column);
        for (int q = 0; q < PATCH; q++) to[((row * PATCH + q) * c + i) * k + j] = column[q];
      }
    }
}

static void filter_from_components(int c, int k, const float *from, float *dw) {
  for (int i = 0; i < c; i++)
    for (int j = 0; j < k; j++) {
      float rows[PATCH][3], line[3];
      for (int row = 0; row < PATCH; row++) {
        float u[6];
        for (int q = 0; q < PATCH; q++) u[q] = from[((row * PATCH + q) * c + i) * k + j];
        filter_adjoint(u, rows[row]);
      }
      for (int tx = 0; tx < 3; tx++) {
        float u[6];
        for (int row = 0; row < PATCH; row++) u[row] = rows[row][tx];
        filter_adjoint(u, line);
        for (int ty = 0; ty < 3; ty++) dw[((3 * ty + tx) * c + i) * k + j] = line[ty];
      }
    }
}

/* Tiles worked on at a time: their components should stay in a cache of about a megabyte. */
static int tiles_together(const Geometry *g) {
  int tiles = (1 << 20) / (COMPONENTS * (int)sizeof(float) * (g->channels + g->out_channels));
  return tiles < 12 ? 12 : smaller(tiles / PANEL_ROWS * PANEL_ROWS, ROW_BLOCK);
}

EXPORT(winograd_scratch) int winograd_scratch(const Geometry *g) {
  int c = g->channels, k = g->out_channels, tiles = tiles_together(g);
  int filter = COMPONENTS * c * k, work = COMPONENTS * tiles * (c + k) + packed_rows(tiles, c);
  return COMPONENTS * packed_columns(c, k) + (filter > work ? filter : work);
}

/* y = x * w; with `turned`, the input gradient: x is dy and w is the forward filter. */
EXPORT(winograd)
void winograd(const Geometry *g, const float *x, const float *w, int turned, float *y,
              float *scratch) {
  int all = tile_count(g), together = tiles_together(g), c = g->channels, k = g->out_channels;
  int packed = packed_columns(c, k);
  float *filter = scratch, *inputs = filter + COMPONENTS * packed;
  float *products = inputs + COMPONENTS * together * c;
  float *panels = products + COMPONENTS * together * k;
  transform_filter(c, k, w, turned, inputs); /* this room is free until the first tile */
  for (int i = 0; i < COMPONENTS; i++)
    pack_columns(c, k, inputs + i * c * k, k, 1, filter + i * packed);
  for (int first = 0; first < all; first += together) {
    int tiles = smaller(all - first, together);
    transform_inputs(g, x, first, tiles, inputs);
    for (int i = 0; i < COMPONENTS; i++) {
      pack_rows(tiles, c, inputs + i * tiles * c, c, 1, panels);
      multiply_panels(tiles, k, c, panels, filter + i * packed, products + i * tiles * k, k, 0);
    }
    transform_outputs(g, products, first, tiles, y);
  }
}

EXPORT(winograd_filter_scratch) int winograd_filter_scratch(const Geometry *g) {
  int c = g->channels, k = g->out_channels;
  return COMPONENTS * (c * k + ROW_BLOCK * (c + k)) + packed_rows(c, ROW_BLOCK) +
         packed_columns(ROW_BLOCK, k);
}

EXPORT(winograd_filter_gradient)
void winograd_filter_gradient(const Geometry *g, const float *x, const float *dy, float *dw,
                              float *scratch) {
  int all = tile_count(g), c = g->channels, k = g->out_channels;
  float *sums = scratch, *inputs = sums + COMPONENTS * c * k;
  float *gradients = inputs + COMPONENTS * ROW_BLOCK * c;
  float *panels = gradients + COMPONENTS * ROW_BLOCK * k;
  float *columns = panels + packed_rows(c, ROW_BLOCK);
  clear(sums, COMPONENTS * c * k);
  for (int first = 0; first < all; first += ROW_BLOCK) {
    int tiles = smaller(all - first, ROW_BLOCK);
    transform_inputs(g, x, first, tiles, inputs);
    transform_gradients(g, dy, first, tiles, gradients);
    for (int i = 0; i < COMPONENTS; i++) {
      pack_rows(c, tiles, inputs + i * tiles * c, 1, c, panels);
      pack_columns(tiles, k, gradients + i * tiles * k, k, 1, columns);
      multiply_panels(c, k, tiles, panels, columns, sums + i * c * k, k, 1);
    }
  }
  filter_from_components(c, k, sums, dw);
}
