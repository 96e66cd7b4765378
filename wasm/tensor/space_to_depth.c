/*
 * Pixels of 2x2 blocks become channels: x[n, h, w, c] -> y[n, h/2, w/2, 4c], channel
 * (2 * (row odd) + (column odd)) * c + channel. With it a 5x5 convolution of stride 2 is a 3x3
 * convolution of stride 1.
 */
#include "simd.h"

EXPORT(space_to_depth)
void space_to_depth(int batch, int height, int width, int c, float *x, float *y, int back) {
  for (int row = 0; row < batch * height; row++)
    for (int column = 0; column < width; column++) {
      float *pixel = x + (row * width + column) * c;
      int block = (row >> 1) * (width >> 1) + (column >> 1);
      float *channels = y + (block * 4 + (row & 1) * 2 + (column & 1)) * c;
      if (back) copy(pixel, channels, c);
      else copy(channels, pixel, c);
    }
}
