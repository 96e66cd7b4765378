// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Speeds up libde265 where still pictures of 8 bits need it: inverse transforms and the edge offset
// of sample adaptive offset. The decoded samples do not change.
#include "acceleration.h"
#include "inverse_transform.h"
#include "decoder_simd.h"

using namespace simd;

namespace {

// Adds a residual to the prediction and clips to 0..255.
template<int N> inline void addResidual(uint8_t *samples, ptrdiff_t stride, const int16_t *residual)
{
    for (int y = 0; y < N; y++, samples += stride, residual += N)
        for (int x = 0; x < N; x += 8) {
            const v128_t r = N == 4 ? wasm_v128_load64_zero(residual) : wasm_v128_load(residual + x);
            const v128_t p = N == 4 ? wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(samples))
                                    : wasm_u16x8_load8x8(samples + x);
            const v128_t sum = wasm_i16x8_add_sat(p, r);
            const v128_t bytes = wasm_u8x16_narrow_i16x8(sum, sum);
            if (N == 4) wasm_v128_store32_lane(samples, bytes, 0);
            else wasm_v128_store64_lane(samples + x, bytes, 0);
        }
}

template<int N> void addTransform(uint8_t *samples, const int16_t *coefficients, ptrdiff_t stride)
{
    int16_t residual[N * N];
    hevc::inverse<N>(coefficients, residual, N);
    addResidual<N>(samples, stride, residual);
}

template<hevc::Kind4 KIND> void addTransform4(uint8_t *samples, const int16_t *coefficients, ptrdiff_t stride)
{
    int16_t residual[16];
    hevc::inverse4<KIND>(coefficients, residual, 4);
    addResidual<4>(samples, stride, residual);
}

// -1, 0 or 1 as a - b is negative, zero or positive, in each byte.
inline v128_t signOf(v128_t a, v128_t b)
{
    return wasm_i8x16_sub(wasm_u8x16_lt(a, b), wasm_u8x16_gt(a, b));
}

} // namespace

void init_acceleration_functions_simd(acceleration_functions *functions)
{
    functions->transform_4x4_dst_add_8 = addTransform4<hevc::DST>;
    functions->transform_add_8[0] = addTransform4<hevc::DCT>;
    functions->transform_add_8[1] = addTransform<8>;
    functions->transform_add_8[2] = addTransform<16>;
    functions->transform_add_8[3] = addTransform<32>;
}

// H.265, 8.7.3.2 for sixteen samples at a time: each is compared with its neighbours at -step and
// +step. `offsets` are indexed by the sum of the two signs plus 2.
int saoEdgeRow(const uint8_t *in, uint8_t *out, int count, ptrdiff_t before, ptrdiff_t after, const int8_t offsets[5])
{
    const v128_t table = wasm_i8x16_make(offsets[0], offsets[1], offsets[2], offsets[3], offsets[4], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const v128_t two = wasm_i8x16_splat(2), zero = wasm_i8x16_splat(0);
    int i = 0;
    for (; i + 16 <= count; i += 16) {
        const v128_t v = wasm_v128_load(in + i);
        const v128_t edge = wasm_i8x16_add(
            signOf(v, wasm_v128_load(in + i + before)), signOf(v, wasm_v128_load(in + i + after)));
        const v128_t offset = wasm_i8x16_swizzle(table, wasm_i8x16_add(edge, two));
        // Up or down, saturating at 255 and 0.
        const v128_t up = wasm_i8x16_max(offset, zero), down = wasm_i8x16_max(wasm_i8x16_neg(offset), zero);
        wasm_v128_store(out + i, wasm_u8x16_sub_sat(wasm_u8x16_add_sat(v, up), down));
    }
    return i;
}
