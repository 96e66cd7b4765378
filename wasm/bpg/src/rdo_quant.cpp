// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rate-distortion optimised quantization of x265 for the case that BPG needs: intra blocks, flat
// scaling lists, no psycho-visual term. Takes exactly the decisions of Quant::rdoQuant.
//
// x265 visits every coefficient of every group and stores four costs for each. Most are zero, so
// here the zeros of a 4x4 group are counted by context with bit masks, and only the coefficients
// whose plain quantization is not zero are visited. Costs are exact 64-bit integers, so their sums
// do not depend on the order.
//
//   scan position   15 14 13 ... 1 0     bit i of a mask is scan position i of its group
//   visited          <--------------     groups and positions in reverse scan order
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#include "common.h"
#include "primitives.h"
#include "contexts.h"
#include "cudata.h"
#include "entropy.h"
#include "framedata.h"
#include "quant.h"
#include "slice.h"

using namespace X265_NS;

namespace {

const int kGroup = 16;             // coefficients of a 4x4 group
const int kEqualBit = 1 << 15;     // rate of a bypass bit
const int kGreaterOneFlags = 8;    // C1FLAG_NUMBER: flags "greater than one" per group
const int64_t kInfinite = MAX_INT64;

// Significance contexts within a group, by neighbouring groups that are coded (none, right, below,
// both), in raster order; the last row is the 4x4 block, which has contexts of its own.
const uint8_t kContextOfRaster[5][kGroup] = {
    { 2, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 },
    { 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 },
    { 2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0 },
    { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 },
    { 0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8 },
};
const int kPattern4x4 = 4;

// The same by scan position, for the three scans.
struct ContextTables {
    uint8_t ofPosition[3][5][kGroup];
    uint16_t positions[3][5][9]; // mask of the scan positions with a context

    ContextTables()
    {
        memset(positions, 0, sizeof(positions));
        for (int scan = 0; scan < 3; scan++)
            for (int pattern = 0; pattern < 5; pattern++)
                for (int i = 0; i < kGroup; i++) {
                    const int context = kContextOfRaster[pattern][g_scan4x4[scan][i]];
                    ofPosition[scan][pattern][i] = context;
                    positions[scan][pattern][context] |= 1 << i;
                }
    }
};
const ContextTables kContexts;

// Where the scan positions of a 4x4 group lie.
struct ScanTables {
    uint8_t raster[3][kGroup];      // byte shuffles from raster to scan order
    uint16_t offset[3][4][kGroup];  // from the group's first coefficient, by log2 of the block - 2

    ScanTables()
    {
        for (int scan = 0; scan < 3; scan++)
            for (int i = 0; i < kGroup; i++) {
                const int at = g_scan4x4[scan][i];
                raster[scan][i] = at;
                for (int size = 0; size < 4; size++) offset[scan][size][i] = ((at >> 2) << (size + 2)) + (at & 3);
            }
    }
};
const ScanTables kScans;

// Lanes below n.
inline v128_t lanesBelow(int n)
{
    const v128_t lane = wasm_i8x16_const(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return wasm_u8x16_lt(lane, wasm_u8x16_splat(n));
}

inline int floorLog2(uint32_t value) { return 31 - __builtin_clz(value); }

// What the rate of a level depends on.
struct RateState {
    const int *greaterOne; // bits of the flag "greater than one"
    const int *greaterTwo; // bits of the flag "greater than two"
    int base;              // levels below are told by the flags alone
    int rice;
    int flagRate; // rate of the flags before a remainder

    // Bits of a level but its sign and significance, as the decision of the level counts them.
    uint32_t decisionBits(uint32_t level) const
    {
        const int remainder = (int)level - base;
        if (remainder < 0) return level == 2 ? greaterOne[1] + greaterTwo[0] : greaterOne[0];
        const uint32_t prefix = (uint32_t)remainder >> rice;
        const uint32_t length =
            prefix < 3 ? prefix + 1 + rice : 4 + rice + 2 * floorLog2(prefix - 3 + 1);
        return (length << 15) + flagRate;
    }

    // The same as sign hiding counts them: the prefix ends at eight bits.
    int hidingBits(int level) const
    {
        if (!level) return 0;
        int remainder = level - base;
        if (remainder < 0) return level == 2 ? greaterOne[1] + greaterTwo[0] : greaterOne[0];
        int rate = flagRate;
        const int longest = g_goRiceRange[rice];
        if (remainder > longest) {
            rate += (2 * floorLog2(remainder - longest) + 1) << 15;
            remainder = longest + 1;
        }
        return rate + (X265_MIN((remainder >> rice) + 1 + rice, 8) << 15);
    }
};

// A coefficient whose plain quantization is not zero.
struct Coded {
    int64_t cost;    // of the chosen level: distortion and all its bits
    int64_t sigCost; // of its significance flag
    RateState rate;
};

} // namespace

namespace X265_NS {

template<uint32_t log2TrSize>
uint32_t Quant::rdoQuantFlat(const CUData &cu, int16_t *levels, TextType ttype, uint32_t absPartIdx, bool usePsy)
{
    if (usePsy || m_scalingList->m_bEnabled || !cu.isIntra(absPartIdx)) abort(); // never set by us

    const int trSize = 1 << log2TrSize;
    const int log2Groups = log2TrSize - 2;
    const int groupStride = trSize >> 2;
    const int transformShift = MAX_TR_DYNAMIC_RANGE - X265_DEPTH - log2TrSize;
    const int scaleBits = SCALE_BITS - 2 * transformShift;
    const bool isLuma = ttype == TEXT_LUMA;
    const int per = m_qpParam[ttype].per, rem = m_qpParam[ttype].rem;
    const int16_t *const coefficients = m_resiDctCoeff;

    // Plain quantization, and the distortion of coding nothing.
    const int qbits = QUANT_SHIFT + per + transformShift;
    const int quantScale = m_scalingList->m_quantCoef[log2TrSize - 2][ttype][rem][0];
    int64_t uncodedCost;
    {
        const v128_t scale = wasm_i16x8_splat(quantScale);
        const v128_t half = wasm_i32x4_splat(1 << (qbits - 1));
        v128_t any = wasm_i64x2_splat(0), squares = any;
        for (int i = 0; i < trSize * trSize; i += 8) {
            const v128_t c = wasm_v128_load(coefficients + i);
            const v128_t magnitude = wasm_i16x8_abs(c);
            const v128_t lo = wasm_u32x4_extmul_low_u16x8(magnitude, scale);
            const v128_t hi = wasm_u32x4_extmul_high_u16x8(magnitude, scale);
            const v128_t level = wasm_i16x8_narrow_i32x4(
                wasm_i32x4_shr(wasm_i32x4_add(lo, half), qbits), wasm_i32x4_shr(wasm_i32x4_add(hi, half), qbits));
            wasm_v128_store(levels + i, level);
            any = wasm_v128_or(any, level);
            const v128_t square = wasm_i32x4_dot_i16x8(c, c); // two of 2^30 at most: unsigned
            squares = wasm_i64x2_add(squares, wasm_u64x2_extend_low_u32x4(square));
            squares = wasm_i64x2_add(squares, wasm_u64x2_extend_high_u32x4(square));
        }
        if (!wasm_v128_any_true(any)) return 0;
        uncodedCost = (wasm_i64x2_extract_lane(squares, 0) + wasm_i64x2_extract_lane(squares, 1)) << scaleBits;
    }

    TUEntropyCodingParameters scanning;
    cu.getTUEntropyCodingParameters(scanning, absPartIdx, log2TrSize, isLuma);
    const int scanType = scanning.scanType;
    const uint16_t *const inGroup = kScans.offset[scanType][log2TrSize - 2];

    // Which scan positions of each group quantize to something.
    uint16_t nonZero[MLS_GRP_NUM];
    int lastGroup = 0;
    {
        const v128_t toScan = wasm_v128_load(kScans.raster[scanType]);
        const v128_t zero = wasm_i8x16_splat(0);
        for (int group = 0; group < 1 << (2 * log2Groups); group++) {
            const int16_t *first = levels + scanning.scan[group * kGroup];
            v128_t top = wasm_v128_load64_zero(first), bottom = wasm_v128_load64_zero(first + 2 * trSize);
            top = wasm_v128_load64_lane(first + trSize, top, 1);
            bottom = wasm_v128_load64_lane(first + 3 * trSize, bottom, 1);
            const v128_t bytes = wasm_i8x16_swizzle(wasm_i8x16_narrow_i16x8(top, bottom), toScan);
            nonZero[group] = wasm_i8x16_bitmask(wasm_i8x16_ne(bytes, zero));
            if (nonZero[group]) lastGroup = group;
        }
    }
    const int lastPosition = lastGroup * kGroup + floorLog2(nonZero[lastGroup]);

    const int64_t lambda2 = m_qpParam[ttype].lambda2;
    const EstBitsSbac &bits = m_entropyCoder->m_estBitsSbac;
    const uint32_t unquantScale = m_scalingList->m_dequantCoef[log2TrSize - 2][ttype][rem][0] << per;
    const int unquantShift = QUANT_IQUANT_SHIFT - QUANT_SHIFT - transformShift;
    const uint32_t unquantRound = unquantShift > per ? 1 << (unquantShift - per - 1) : 0;

#define RATE(b) ((lambda2 * (int64_t)(b)) >> 8)
#define DISTORTION(d) ((int64_t)((d) * (d)) << scaleBits) // a difference has 16 bits at most
#define UNQUANT(level) ((int)(((uint32_t)(level) * unquantScale + unquantRound) >> unquantShift))

    Coded coded[trSize * trSize];          // by scan position
    int64_t groupCost[MLS_GRP_NUM];        // of the flag that says whether a group is coded
    uint32_t codedMask[MLS_GRP_NUM];       // positions with a level
    uint8_t oneContext[MLS_GRP_NUM][kGroup]; // "greater than one" context a zero would meet
    uint8_t pattern[MLS_GRP_NUM];
    uint64_t codedGroups = 0;

    // Cost of a zero, by significance context: 9 in a 4x4 block; else 3, others for the first group
    // of luma, and context 0 for the first coefficient.
    const int contextCount = log2TrSize == 2 ? 9 : 3;
    const bool dcContext = log2TrSize > 2;
    int64_t zeroRates[2][9], dcRate = RATE(bits.significantBits[0][0]);
    for (int c = 0; c < contextCount; c++) {
        const int *const rates = bits.significantBits[0] + scanning.firstSignificanceMapContext;
        zeroRates[0][c] = RATE(rates[c]);
        if (log2TrSize > 2 && isLuma) zeroRates[1][c] = RATE(rates[3 + c]);
    }

    // Cost of coding the positions of a mask as zeros.
    const auto zeroCost = [&](int group, uint32_t mask) {
        int64_t sum = 0;
        if (dcContext && !group && (mask & 1)) {
            sum = dcRate;
            mask ^= 1;
        }
        const uint16_t *const positions = kContexts.positions[scanType][pattern[group]];
        const int64_t *const rates = zeroRates[group && isLuma];
        for (int c = 0; c < contextCount; c++) sum += __builtin_popcount(mask & positions[c]) * rates[c];
        return sum;
    };

    int64_t totalCost = uncodedCost;
    uint32_t c1 = 1;
    for (int group = lastGroup; group >= 0; group--) {
        uint32_t contextSet = group && isLuma ? 2 : 0;
        if (c1 == 0) contextSet++;
        c1 = 1;
        const uint32_t groupPos = scanning.scanCG[group];
        const uint32_t groupX = groupPos & ((1 << log2Groups) - 1), groupY = groupPos >> log2Groups;
        const int *groupBits = bits.significantCoeffGroupBits[
            getSigCoeffGroupCtxInc(codedGroups, groupX, groupY, groupPos, groupStride)];
        codedMask[group] = 0;
        if (group && !nonZero[group]) {
            groupCost[group] = RATE(groupBits[0]);
            totalCost += groupCost[group];
            continue;
        }
        pattern[group] = log2TrSize == 2 ? kPattern4x4
                                         : calcPatternSigCtx(codedGroups, groupX, groupY, groupPos, groupStride);
        const int contextOffset = scanning.firstSignificanceMapContext + (group && isLuma ? 3 : 0);
        const uint8_t *contexts = kContexts.ofPosition[scanType][pattern[group]];
        const int firstBlock = scanning.scan[group * kGroup];

        v128_t zeroContexts = wasm_u8x16_splat(4 * contextSet + 1);
        uint32_t oneFlags = 0, twoFlags = 0, greater = 0, threshold = 3;
        int rice = 0;
        int64_t sigCost = 0, sigCost0 = 0, codedCost = 0, uncodedDistortion = 0;
        uint32_t mask = 0;

        for (uint32_t rest = nonZero[group]; rest;) {
            const int i = floorLog2(rest);
            rest ^= 1u << i;
            const int position = group * kGroup + i;
            const int block = firstBlock + inGroup[i];
            const int plain = levels[block];
            const int magnitude = abs(coefficients[block]);
            const int64_t uncoded = DISTORTION(magnitude);
            const int context = dcContext && !position ? 0 : contexts[i] + contextOffset;

            Coded &entry = coded[position];
            RateState rate;
            rate.greaterOne = bits.greaterOneBits[4 * contextSet + c1];
            rate.greaterTwo = bits.levelAbsBits[contextSet + greater];
            const bool hasOneFlag = oneFlags < kGreaterOneFlags, hasTwoFlag = hasOneFlag && !twoFlags;
            rate.base = hasOneFlag ? 2 + !twoFlags : 1;
            rate.rice = rice;
            rate.flagRate = (hasOneFlag ? rate.greaterOne[1] : 0) + (hasTwoFlag ? rate.greaterTwo[1] : 0);

            int level = 0;
            int64_t best = kInfinite, bestSig = 0;
            uint32_t sigBits = 0;
            if (position != lastPosition) {
                if (plain < 3) {
                    bestSig = dcContext && !position ? dcRate : zeroRates[group && isLuma][contexts[i]];
                    best = uncoded + bestSig;
                }
                sigBits = bits.significantBits[1][context];
            }
            for (int candidate = plain; candidate > 0 && candidate >= plain - 1; candidate--) {
                const int d = magnitude - UNQUANT(candidate);
                const int64_t cost = DISTORTION(d) + RATE(sigBits + rate.decisionBits(candidate) + kEqualBit);
                if (cost < best) {
                    level = candidate;
                    best = cost;
                    bestSig = RATE(sigBits);
                }
            }
            levels[block] = (int16_t)level;
            totalCost += best - uncoded;
            sigCost += bestSig;
            if (!i) sigCost0 = bestSig;
            if (!level) continue;

            entry.cost = best;
            entry.sigCost = bestSig;
            entry.rate = rate;
            mask |= 1u << i;
            codedCost += best - bestSig;
            uncodedDistortion += uncoded;
            if (level >= rate.base && rice < 4 && (uint32_t)level > threshold) {
                rice++;
                threshold <<= 1;
            }
            oneFlags++;
            if (level > 1) {
                c1 = 0;
                greater += greater < 2;
                twoFlags++;
            } else if (c1 == 1 || c1 == 2) {
                c1++;
            }
            zeroContexts = wasm_v128_bitselect(wasm_u8x16_splat(4 * contextSet + c1), zeroContexts, lanesBelow(i));
        }
        wasm_v128_store(oneContext[group], zeroContexts);

        // Zeros between the last coefficient and the first cost their significance flag.
        const uint32_t upToLast = group == lastGroup ? (2u << (lastPosition & 15)) - 1 : 0xffff;
        const uint32_t zeros = upToLast & ~nonZero[group];
        const int64_t ofZeros = zeroCost(group, zeros);
        totalCost += ofZeros;
        sigCost += ofZeros;
        if (zeros & 1) sigCost0 = zeroCost(group, 1);

        codedMask[group] = mask;
        if (mask) codedGroups |= 1ULL << groupPos;
        groupCost[group] = 0;
        if (!group || group == lastGroup) continue; // coded by implication
        if (!mask) {
            groupCost[group] = RATE(groupBits[0]);
            totalCost += groupCost[group] - sigCost;
            continue;
        }
        if (mask == 1) { // significance of the first coefficient is implied
            totalCost -= sigCost0;
            sigCost -= sigCost0;
        }
        const int64_t withoutGroup = totalCost + RATE(groupBits[0]) + uncodedDistortion - codedCost - sigCost;
        groupCost[group] = RATE(groupBits[1]);
        totalCost += groupCost[group];
        if (withoutGroup < totalCost && m_rdoqLevel > 1) {
            codedGroups &= ~(1ULL << groupPos);
            totalCost = withoutGroup;
            groupCost[group] = RATE(groupBits[0]);
            codedMask[group] = 0;
            for (int row = 0; row < 4; row++) memset(levels + firstBlock + row * trSize, 0, 4 * sizeof(*levels));
        }
    }

    // Where to end: after each coded coefficient in turn, until one above 1 is met.
    const int cbfContext = ctxCbf[ttype][cu.m_tuDepth[absPartIdx]];
    int64_t bestCost = uncodedCost + RATE(bits.blockCbpBits[cbfContext][0]);
    totalCost += RATE(bits.blockCbpBits[cbfContext][1]);
    int end = 0; // one past the last scan position that is kept
    bool found = false;
    for (int group = lastGroup; group >= 0 && !found; group--) {
        if (group && group != lastGroup) {
            totalCost -= groupCost[group];
            if (!(codedGroups & (1ULL << scanning.scanCG[group]))) continue;
        }
        const int firstBlock = scanning.scan[group * kGroup];
        int above = group == lastGroup ? (lastPosition & 15) + 1 : kGroup; // positions below are to come
        for (uint32_t rest = codedMask[group]; rest;) {
            const int i = floorLog2(rest);
            rest ^= 1u << i;
            totalCost -= zeroCost(group, ((1u << above) - 1) & ~((2u << i) - 1));
            above = i;

            const int position = group * kGroup + i, block = firstBlock + inGroup[i];
            uint32_t x = block & (trSize - 1), y = block >> log2TrSize;
            if (scanType == SCAN_VER) std::swap(x, y);
            const int codeX = g_lastCoeffTable[x], codeY = g_lastCoeffTable[y];
            const uint32_t lastBits = bits.lastBits[0][codeX & 15] + bits.lastBits[1][codeY & 15] +
                                      kEqualBit * ((codeX >> 4) + (codeY >> 4));
            const Coded &entry = coded[position];
            const int64_t asLast = totalCost - entry.sigCost + RATE(lastBits);
            if (asLast < bestCost) {
                end = position + 1;
                bestCost = asLast;
            }
            if (levels[block] > 1 || m_rdoqLevel == 1) {
                found = true;
                break;
            }
            const int magnitude = abs(coefficients[block]);
            totalCost += DISTORTION(magnitude) - entry.cost;
        }
        if (!found) totalCost -= zeroCost(group, (1u << above) - 1);
    }

    // Signs, and nothing after the end.
    uint32_t count = 0;
    for (int group = lastGroup; group >= 0; group--) {
        const int firstBlock = scanning.scan[group * kGroup];
        const int kept = X265_MAX(0, X265_MIN(kGroup, end - group * kGroup));
        for (uint32_t rest = codedMask[group]; rest; rest &= rest - 1) {
            const int i = __builtin_ctz(rest), block = firstBlock + inGroup[i];
            const int sign = coefficients[block] >> 15;
            levels[block] = i < kept ? (int16_t)((levels[block] ^ sign) - sign) : 0;
        }
        codedMask[group] &= (1u << kept) - 1;
        count += __builtin_popcount(codedMask[group]);
    }
    if (!cu.m_slice->m_pps->bSignHideEnabled || count < 2) return count;

    // Sign hiding: where the parity of a group tells the wrong sign, the cheapest change by one.
    bool isLast = true;
    for (int group = (end - 1) >> 4; group >= 0; group--) {
        const uint32_t mask = codedMask[group];
        if (!(codedGroups & (1ULL << scanning.scanCG[group]))) continue;
        const bool inLastGroup = isLast;
        isLast = false;
        const int firstPos = __builtin_ctz(mask), lastPos = floorLog2(mask);
        if (lastPos - firstPos < SBH_THRESHOLD) continue;
        const int firstBlock = scanning.scan[group * kGroup];
        int parity = 0;
        for (uint32_t rest = mask; rest; rest &= rest - 1) parity += levels[firstBlock + inGroup[__builtin_ctz(rest)]];
        const int firstLevel = levels[firstBlock + inGroup[firstPos]];
        if ((firstLevel < 0) == (parity & 1)) continue;

        const int contextOffset = scanning.firstSignificanceMapContext + (group && isLuma ? 3 : 0);
        const uint8_t *contexts = kContexts.ofPosition[scanType][pattern[group]];
        int64_t least = kInfinite;
        int leastBlock = 0, leastLevel = 0, leastChange = 0;
        for (int i = inLastGroup ? lastPos : kGroup - 1; i >= 0; i--) {
            const int position = group * kGroup + i, block = firstBlock + inGroup[i];
            const int level = abs(levels[block]), magnitude = abs(coefficients[block]);
            const int context = dcContext && !position ? 0 : contexts[i] + contextOffset;
            const int sigDelta = position == lastPosition ? 0
                : bits.significantBits[1][context] - bits.significantBits[0][context];
            const int d0 = magnitude - UNQUANT(level), dUp = magnitude - UNQUANT(level + 1);
            const int64_t now = DISTORTION(d0);
            int64_t cost;
            int change = 1;
            if (level) {
                const RateState &rate = coded[position].rate;
                const int bitsNow = rate.hidingBits(level);
                const int64_t up = DISTORTION(dUp) - now + RATE(rate.hidingBits(level + 1) - bitsNow);
                const int dDown = magnitude - UNQUANT(level - 1);
                int downBits = rate.hidingBits(level - 1) - bitsNow;
                if (level == 1) downBits -= kEqualBit + sigDelta;
                int64_t down = DISTORTION(dDown) - now + RATE(downBits);
                if (inLastGroup && i == lastPos && level == 1) down -= 4 * kEqualBit;
                cost = up;
                if (down <= up) {
                    change = -1;
                    cost = i == firstPos && level == 1 ? kInfinite : down;
                }
            } else if (i < firstPos && ((firstLevel ^ coefficients[block]) < 0)) {
                continue; // it would become the first, with the other sign
            } else {
                const int *greaterOne = bits.greaterOneBits[oneContext[group][i]];
                cost = DISTORTION(dUp) - now + RATE(greaterOne[0] + kEqualBit + sigDelta);
            }
            if (cost < least) {
                least = cost;
                leastBlock = block;
                leastLevel = level;
                leastChange = change;
            }
        }
        if (leastLevel >= 32767) leastChange = -1;
        count += (leastLevel == 0) - (leastChange == -1 && leastLevel == 1);
        const int sign = coefficients[leastBlock] >> 15;
        levels[leastBlock] += (int16_t)((leastChange ^ sign) - sign);
    }
    return count;
}

template uint32_t Quant::rdoQuantFlat<2>(const CUData &, int16_t *, TextType, uint32_t, bool);
template uint32_t Quant::rdoQuantFlat<3>(const CUData &, int16_t *, TextType, uint32_t, bool);
template uint32_t Quant::rdoQuantFlat<4>(const CUData &, int16_t *, TextType, uint32_t, bool);
template uint32_t Quant::rdoQuantFlat<5>(const CUData &, int16_t *, TextType, uint32_t, bool);

} // namespace X265_NS
