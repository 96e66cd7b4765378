/* PReLU gradient, one pass: what tfjs composes of Greater, Select, ZerosLike, Multiply and Sum. */
#include "simd.h"

enum { BLOCK = 256 };

/*
 * dx = x > 0 ? dy : alpha dy; dalpha = sum over rows of (x > 0 ? 0 : x dy), alpha[c] per channel.
 * `part` holds c floats: sums of 256 rows at a time keep the rounding error small.
 */
EXPORT(prelu_gradient)
void prelu_gradient(int rows, int c, const float *x, const float *alpha, const float *dy, float *dx,
                    float *dalpha, float *part) {
  clear(dalpha, c);
  for (int first = 0; first < rows; first += BLOCK) {
    int end = smaller(rows, first + BLOCK);
    clear(part, c);
    for (int row = first; row < end; row++, x += c, dy += c, dx += c) {
      int i = 0;
      for (; i + 4 <= c; i += 4) {
        Lanes a = load(x + i), g = load(dy + i);
        v128_t up = positive(a);
        store(dx + i, choose(up, g, g * load(alpha + i)));
        store(part + i, load(part + i) + choose(up, splat(0), g * a));
      }
      for (; i < c; i++) {
        dx[i] = x[i] > 0 ? dy[i] : dy[i] * alpha[i];
        if (!(x[i] > 0)) part[i] += dy[i] * x[i];
      }
    }
    accumulate(dalpha, part, c);
  }
}
