// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the patched parts of libde265 call.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct acceleration_functions;

// Puts SIMD128 versions over the fallbacks.
void init_acceleration_functions_simd(acceleration_functions *functions);

// Edge offset of samples that need no test for borders, slices, tiles or lossless blocks. Returns
// how many of `count` are done; the rest is left to the caller.
int saoEdgeRow(const uint8_t *in, uint8_t *out, int count, ptrdiff_t before, ptrdiff_t after, const int8_t offsets[5]);

// Other depths have no such version.
inline int saoEdgeRow(const uint16_t *, uint16_t *, int, ptrdiff_t, ptrdiff_t, const int8_t[5]) { return 0; }
