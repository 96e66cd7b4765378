/*
 * Normals and noise: loops over normals.h on one buffer of this module.
 */
#include "normals.h"

enum { CAPACITY = 4096 }; /* floats, a multiple of 16; few enough to stay in the first cache */

static normals_stream stream;
static f32x4 values[CAPACITY / 4];

/* Where values are read and written: f32[CAPACITY]. */
float *random_buffer(void) { return (float *)values; }

int random_capacity(void) { return CAPACITY; }

/* Chooses the key k0, k1 and the counter words c1, c2, c3 of what follows. */
void random_open(uint32_t k0, uint32_t k1, uint32_t c1, uint32_t c2, uint32_t c3) {
  normals_open(&stream, k0, k1, c1, c2, c3);
}

/* Writes the normals of the counters from `counter` on: `count` of them, rounded up to 16. */
void random_fill(uint32_t counter, int count) {
  for (int i = 0; i < count; i += 16, counter += 4) normals_in_order(&stream, counter, values + i / 4);
}

/* Adds the same normals, times `scale`, to what the buffer holds. */
void random_add(uint32_t counter, int count, float scale) {
  f32x4 s = normals_splat_float(scale), n[4];
  for (int i = 0; i < count; i += 16, counter += 4) {
    normals_in_order(&stream, counter, n);
    for (int j = 0; j < 4; j++) values[i / 4 + j] += s * n[j];
  }
}
