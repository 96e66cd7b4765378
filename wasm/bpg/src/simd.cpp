// SPDX-License-Identifier: GPL-2.0-or-later
//
// Installs the SIMD128 primitives over x265's C ones.
#include "simd.h"

using namespace X265_NS;

void installSimdPrimitives(EncoderPrimitives &primitives)
{
    installTransforms(primitives);
    installHadamard(primitives);
    installPrediction(primitives);
    installCoefficients(primitives);
    installBlocks(primitives);
}
