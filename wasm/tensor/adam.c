/*
 * One step of Adam with scaled gradients and a running average of the parameters, in one pass.
 * Source: Kingma, Ba, arXiv:1412.6980, algorithm 1, in the form of PyTorch:
 *
 *   g = clip gradient,  m' = b1 m + (1 - b1) g,  v' = b2 v + (1 - b2) g^2
 *   p' = p - step m' / (root sqrt(v') + eps)     step = rate / (1 - b1^t), root = 1 / sqrt(1 - b2^t)
 *   average' = decay average + (1 - decay) p'    when there is one
 *
 * The new values have their own memory: tfjs keeps packed copies of filters and would miss a change
 * in place.
 */
#include "simd.h"

typedef struct {
  const float *p, *gradient, *m, *v, *average; /* average: null for none */
  float *new_p, *new_m, *new_v, *new_average;
  float step, root, b1, b2, epsilon, clip, decay;
} Adam;

EXPORT(adam) void adam(int n, const Adam *a) {
  float step = a->step, root = a->root, b1 = a->b1, b2 = a->b2, decay = a->decay;
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    Lanes g = load(a->gradient + i) * splat(a->clip);
    Lanes m = load(a->m + i) * splat(b1) + g * splat(1 - b1);
    Lanes v = load(a->v + i) * splat(b2) + g * g * splat(1 - b2);
    Lanes below = square_root(v) * splat(root) + splat(a->epsilon);
    Lanes p = load(a->p + i) - splat(step) * m / below;
    store(a->new_m + i, m);
    store(a->new_v + i, v);
    store(a->new_p + i, p);
    if (a->average)
      store(a->new_average + i, load(a->average + i) * splat(decay) + p * splat(1 - decay));
  }
  for (; i < n; i++) {
    float g = a->gradient[i] * a->clip;
    float m = a->m[i] * b1 + g * (1 - b1), v = a->v[i] * b2 + g * g * (1 - b2);
    float p = a->p[i] - step * m / (__builtin_sqrtf(v) * root + a->epsilon);
    a->new_m[i] = m;
    a->new_v[i] = v;
    a->new_p[i] = p;
    if (a->average) a->new_average[i] = a->average[i] * decay + p * (1 - decay);
  }
}
