// SPDX-License-Identifier: GPL-2.0-or-later
//
// Feeds x265's C primitives and ours with the same random blocks, extremes among them.
#include <string.h>

#include "simd.h"

using namespace X265_NS;

namespace X265_NS {
void setupCPrimitives(EncoderPrimitives &);
void setupAliasPrimitives(EncoderPrimitives &);
}
void installSimdPrimitives(EncoderPrimitives &);

namespace {

EncoderPrimitives plain, fast;
uint32_t state;

uint32_t random32()
{
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

const int kStride = 80;
const int kArea = kStride * 72;

ALIGN_VAR_32(pixel, pixelsA[kArea]);
ALIGN_VAR_32(pixel, pixelsB[kArea]);
ALIGN_VAR_32(int16_t, values[kArea]);
ALIGN_VAR_32(int16_t, levels[32 * 32]);

enum { kResiduals = 511, kAny16Bits = 65535 };

// Blocks of pixels (every third time only 0 and 255); residuals, at times nearly flat, or any
// 16-bit values; and levels, mostly zero.
void fillInputs(int round, int range)
{
    const bool flat = round % 5 == 4;
    const int level = (int)(random32() % range) - range / 2;
    const bool extreme = round % 3 == 2;
    for (int i = 0; i < kArea; i++) {
        pixelsA[i] = extreme ? (random32() & 1) * 255 : random32();
        pixelsB[i] = extreme ? (random32() & 1) * 255 : random32();
        values[i] = (int16_t)(flat && random32() % 64 ? level : (int)(random32() % range) - range / 2);
    }
    for (int i = 0; i < 32 * 32; i++) levels[i] = random32() % 8 ? 0 : (int16_t)((int)(random32() % 61) - 30);
    levels[random32() % 16] = 1;
}

// Two outputs to compare, filled alike before.
template<class T> struct Outputs {
    T plain[kArea], fast[kArea];
    Outputs() { memset(this, 0x5a, sizeof(*this)); }
    bool differ() const { return memcmp(plain, fast, sizeof(plain)) != 0; }
};
Outputs<int16_t> shorts;
Outputs<pixel> bytes;

#define FAIL_IF(condition, name) if (condition) return name

// The forward transforms see residuals only.
const char *checkForward()
{
    for (int size = BLOCK_4x4; size <= BLOCK_32x32; size++) {
        plain.cu[size].dct(values, shorts.plain, kStride);
        fast.cu[size].dct(values, shorts.fast, kStride);
        FAIL_IF(shorts.differ(), "dct");
    }
    plain.dst4x4(values, shorts.plain, kStride);
    fast.dst4x4(values, shorts.fast, kStride);
    FAIL_IF(shorts.differ(), "dst4x4");
    return 0;
}

const char *checkInverse(int size)
{
    const EncoderPrimitives::CU &p = plain.cu[size], &f = fast.cu[size];
    p.idct(values, shorts.plain, kStride);
    f.idct(values, shorts.fast, kStride);
    FAIL_IF(shorts.differ(), "idct");
    p.idct(levels, shorts.plain, kStride);
    f.idct(levels, shorts.fast, kStride);
    FAIL_IF(shorts.differ(), "idct of few levels");
    return 0;
}

const char *checkPixels(int size)
{
    const EncoderPrimitives::CU &p = plain.cu[size], &f = fast.cu[size];
    FAIL_IF(p.sa8d(pixelsA, kStride, pixelsB, kStride) != f.sa8d(pixelsA, kStride, pixelsB, kStride), "sa8d");
    FAIL_IF(p.sse_pp(pixelsA, kStride, pixelsB, kStride) != f.sse_pp(pixelsA, kStride, pixelsB, kStride), "sse_pp");
    p.copy_pp(bytes.plain, kStride, pixelsA, kStride);
    f.copy_pp(bytes.fast, kStride, pixelsA, kStride);
    FAIL_IF(bytes.differ(), "copy_pp");
    return 0;
}

const char *checkResiduals(int size)
{
    const EncoderPrimitives::CU &p = plain.cu[size], &f = fast.cu[size];
    p.calcresidual[0](pixelsA, pixelsB, shorts.plain, kStride);
    f.calcresidual[0](pixelsA, pixelsB, shorts.fast, kStride);
    FAIL_IF(shorts.differ(), "calcresidual");
    p.add_ps[0](bytes.plain, kStride, pixelsA, values, kStride, kStride);
    f.add_ps[0](bytes.fast, kStride, pixelsA, values, kStride, kStride);
    FAIL_IF(bytes.differ(), "add_ps");
    return 0;
}

const char *checkPrediction(int size)
{
    for (int mode = PLANAR_IDX; mode < NUM_INTRA_MODE; mode++)
        for (int filter = 0; filter < 2; filter++) {
            plain.cu[size].intra_pred[mode](bytes.plain, kStride, pixelsA, mode, filter);
            fast.cu[size].intra_pred[mode](bytes.fast, kStride, pixelsA, mode, filter);
            FAIL_IF(bytes.differ(), "intra_pred");
        }
    return 0;
}

const char *checkScans(int size)
{
    const int trSize = 4 << size;
    const int count = plain.cu[size].count_nonzero(levels);
    FAIL_IF(count != fast.cu[size].count_nonzero(levels), "count_nonzero");
    if (!count) return 0;
    for (int scan = 0; scan < (size < 2 ? 3 : 1); scan++) {
        struct { uint16_t sign[64], flag[64]; uint8_t number[64]; } a, b;
        const uint16_t *order = g_scanOrder[scan][size], *inGroup = g_scan4x4[scan];
        const int last = plain.scanPosLast(order, levels, a.sign, a.flag, a.number, count, inGroup, trSize);
        FAIL_IF(last != fast.scanPosLast(order, levels, b.sign, b.flag, b.number, count, inGroup, trSize), "scanPosLast");
        for (int group = 0; group <= last >> 4; group++) {
            FAIL_IF(a.sign[group] != b.sign[group] || a.flag[group] != b.flag[group] || a.number[group] != b.number[group],
                "scanPosLast groups");
            uint8_t statesA[32], contexts[16];
            uint16_t magnitudesA[20], magnitudesB[20];
            memset(magnitudesA, 0, sizeof(magnitudesA));
            memset(magnitudesB, 0, sizeof(magnitudesB));
            for (int i = 0; i < 32; i++) statesA[i] = random32() % 124;
            for (int i = 0; i < 16; i++) contexts[i] = random32() % 3;
            uint8_t statesB[32];
            memcpy(statesB, statesA, 32);
            const bool isLast = group == last >> 4;
            const int position = isLast ? (last & 15) - 1 : 15;
            if (position < 0 || !a.number[group]) continue;
            const uint32_t mask = isLast ? a.flag[group] >> 1 : a.flag[group];
            const coeff_t *first = levels + order[group * 16];
            const uint32_t bitsA = plain.costCoeffNxN(
                inGroup, first, trSize, magnitudesA + isLast, contexts, mask, statesA, 9, position, group * 16);
            const uint32_t bitsB = fast.costCoeffNxN(
                inGroup, first, trSize, magnitudesB + isLast, contexts, mask, statesB, 9, position, group * 16);
            FAIL_IF(bitsA != bitsB || memcmp(statesA, statesB, 32), "costCoeffNxN");
            FAIL_IF(memcmp(magnitudesA, magnitudesB, 2 * a.number[group]), "costCoeffNxN magnitudes");
        }
    }
    return 0;
}

const char *checkSatd()
{
    const int sizes[] = { LUMA_4x4, LUMA_8x4, LUMA_4x8, LUMA_8x8, LUMA_16x16, LUMA_32x32, LUMA_64x64 };
    for (int size : sizes)
        FAIL_IF(plain.pu[size].satd(pixelsA, kStride, pixelsB, kStride) !=
                fast.pu[size].satd(pixelsA, kStride, pixelsB, kStride), "satd");
    return 0;
}

const char *checkFixed()
{
    plain.idst4x4(values, shorts.plain, kStride);
    fast.idst4x4(values, shorts.fast, kStride);
    FAIL_IF(shorts.differ(), "idst4x4");
    const int scale = 40 << (random32() % 9), shift = 1 + random32() % 6;
    plain.dequant_normal(values, shorts.plain, 32 * 32, scale, shift);
    fast.dequant_normal(values, shorts.fast, 32 * 32, scale, shift);
    FAIL_IF(shorts.differ(), "dequant_normal");
    return 0;
}

const char *checkRound(int round)
{
    const int range = round % 4 == 3 ? kAny16Bits : kResiduals;
    fillInputs(round, range);
    const char *failed = range == kResiduals ? checkForward() : 0;
    for (int size = BLOCK_4x4; size <= BLOCK_32x32 && !failed; size++) {
        failed = checkInverse(size);
        if (!failed) failed = checkPixels(size);
        if (!failed) failed = checkResiduals(size);
        if (!failed) failed = checkPrediction(size);
        if (!failed) failed = checkScans(size);
    }
    if (!failed) failed = checkPixels(BLOCK_64x64);
    if (!failed) failed = checkSatd();
    if (!failed) failed = checkFixed();
    return failed;
}

} // namespace

// Compares all primitives that this module replaces. Returns the name of the first that differs,
// or 0.
extern "C" const char *bpg_enc_check(uint32_t seed, int rounds)
{
    setupCPrimitives(plain);
    setupAliasPrimitives(plain);
    setupCPrimitives(fast);
    installSimdPrimitives(fast);
    setupAliasPrimitives(fast);
    state = seed | 1;
    for (int round = 0; round < rounds; round++)
        if (const char *failed = checkRound(round)) return failed;
    return 0;
}
