// SPDX-License-Identifier: GPL-2.0-or-later
//
// Installs the SIMD128 primitives over x265's C ones.
#include "simd.h"

using namespace X265_NS;

#ifdef BPG_SIMD_MASK
extern int simdMask;
#define WHEN(bit) if (simdMask & (bit))
#else
#define WHEN(bit)
#endif

void installSimdPrimitives(EncoderPrimitives &primitives)
{
    WHEN(1) installTransforms(primitives);
    WHEN(2) installHadamard(primitives);
    WHEN(4) installPrediction(primitives);
    WHEN(8) installCoefficients(primitives);
    WHEN(16) installBlocks(primitives);
}
