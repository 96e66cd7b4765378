// SPDX-License-Identifier: GPL-2.0-or-later
//
// The SIMD128 primitives of the encoder: who installs what.
#pragma once

#include "common.h"
#include "primitives.h"

#include "lanes.h"

void installTransforms(X265_NS::EncoderPrimitives &primitives);
void installHadamard(X265_NS::EncoderPrimitives &primitives);
void installPrediction(X265_NS::EncoderPrimitives &primitives);
void installCoefficients(X265_NS::EncoderPrimitives &primitives);
void installBlocks(X265_NS::EncoderPrimitives &primitives);
