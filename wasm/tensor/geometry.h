/* A convolution's sizes, as the caller writes them into memory: NHWC pictures, HWIO filters. */
#ifndef SEMCAST_TENSOR_GEOMETRY_H
#define SEMCAST_TENSOR_GEOMETRY_H

typedef struct {
  int batch, height, width, channels;        /* input */
  int out_height, out_width, out_channels;   /* output */
  int filter_height, filter_width;
  int stride_y, stride_x, dilation_y, dilation_x;
  int top, left;                             /* zeros before the first row and column */
} Geometry;

/* Where an output position (counted over batch, rows, columns) lies. */
typedef struct {
  int image, y, x;
} Position;

static inline Position output_position(const Geometry *g, int index) {
  int row = index / g->out_width;
  return (Position){row / g->out_height, row % g->out_height, index % g->out_width};
}

/* Offset (in pixels) of the input under a tap, or -1 outside of the picture. */
static inline int input_pixel(const Geometry *g, Position at, int tap) {
  int y = at.y * g->stride_y - g->top + tap / g->filter_width * g->dilation_y;
  int x = at.x * g->stride_x - g->left + tap % g->filter_width * g->dilation_x;
  if (y < 0 || y >= g->height || x < 0 || x >= g->width) return -1;
  return (at.image * g->height + y) * g->width + x;
}

#endif
